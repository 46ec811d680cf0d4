module progs

go 1.22
