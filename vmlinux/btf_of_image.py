#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Takes the type information (BTF) out of a kernel that does not run here.

    vmlinux/btf_of_image.py IMAGE > BTF

IMAGE is an arm64 Image as /boot/vmlinuz-* holds it, plain or packed (gzip; an
EFI zboot image), or any other file that has the kernel's .BTF somewhere
unpacked, such as an ELF vmlinux. There is no need to understand the image:
.BTF begins with a header of known shape (include/uapi/linux/btf.h) that says
how long the two parts behind it are. Of all places that look so, the longest
one is the kernel's; the others belong to modules built in.
"""
import gzip
import lzma
import struct
import sys
import zlib

MAGIC = struct.pack("<HBB", 0xEB9F, 1, 0)  # magic, version, flags
HEADER = struct.Struct("<HBBIIIII")  # ..., hdr_len, type_off, type_len, str_off, str_len


def unpacked(data):
    """The image inside data: itself if it is not packed."""
    if data[:2] == b"\x1f\x8b":
        return zlib.decompressobj(wbits=31).decompress(data)
    if data[:2] == b"MZ" and data[4:8] == b"zimg":  # drivers/firmware/efi/libstub/zboot-header.S
        offset, size = struct.unpack_from("<II", data, 8)
        kind = data[24:56].split(b"\0")[0]
        payload = data[offset:offset + size]
        if kind == b"gzip":
            return gzip.decompress(payload)
        if kind in (b"lzma", b"xzkern", b"xz"):
            return lzma.decompress(payload)
        sys.exit(f"btf_of_image.py: packed with {kind.decode()}: unpack it first")
    return data


def blob_at(data, start):
    """The BTF that begins at start, or None if only the magic is there."""
    if start + HEADER.size > len(data):
        return None
    _, _, _, head, type_off, type_len, str_off, str_len = HEADER.unpack_from(data, start)
    if head != HEADER.size or type_off != 0 or str_off != type_len or str_len == 0:
        return None
    end = start + head + str_off + str_len
    strings = start + head + str_off
    if end > len(data) or data[strings] != 0 or data[end - 1] != 0:
        return None  # the table begins with the empty string and ends with a NUL
    return data[start:end]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: btf_of_image.py IMAGE > BTF")
    with open(sys.argv[1], "rb") as file:
        data = unpacked(file.read())
    blobs = []
    start = data.find(MAGIC)
    while start >= 0:
        blobs.append(blob_at(data, start) or b"")
        start = data.find(MAGIC, start + 1)
    blob = max(blobs, key=len, default=b"")
    if not blob:
        sys.exit(f"btf_of_image.py: no BTF in {sys.argv[1]}")
    sys.stdout.buffer.write(blob)


main()
