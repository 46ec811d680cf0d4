// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "profile/pprof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "profile/gzip.h"
#include "profile/pprof.pb-c.h"

/* The first texts; those of functions follow, two each: name and file. */
enum {
	TEXT_EMPTY,
	TEXT_NANOSECONDS,
	TEXT_TYPES, /* one for each */
	TEXT_UNKNOWN = TEXT_TYPES + PROFILE_TYPES,
	TEXT_FUNCTIONS,
};

struct writer {
	ProtobufCBuffer base; /* what protobuf-c appends to */
	const struct profile *profile;
	struct gzip *gzip;
	unsigned types; /* so many of them are written */
	uint64_t *locations;
	size_t cap;
};

static void append(ProtobufCBuffer *buffer, size_t size, const uint8_t *data)
{
	gzip_write(((struct writer *)buffer)->gzip, data, size);
}

static void write_piece(struct writer *writer, const Pprof__Profile *piece)
{
	pprof__profile__pack_to_buffer(piece, &writer->base);
}

/* Ids of what there is one more of than is counted: the last stands for what is not known. */
static uint64_t function_id(uint32_t function)
{
	return (uint64_t)function + 1;
}

static uint64_t location_id(uint32_t frame)
{
	return (uint64_t)frame + 1;
}

/* ---- types, functions, locations ---- */

static void write_head(struct writer *writer)
{
	Pprof__ValueType types[PROFILE_TYPES], *list[PROFILE_TYPES];
	Pprof__Profile piece = PPROF__PROFILE__INIT;

	for (unsigned i = 0; i < writer->types; i++) {
		pprof__value_type__init(&types[i]);
		types[i].has_type = types[i].has_unit = 1;
		types[i].type = TEXT_TYPES + i;
		types[i].unit = TEXT_NANOSECONDS;
		list[i] = &types[i];
	}
	piece.n_sample_type = writer->types;
	piece.sample_type = list;
	piece.has_duration_nanos = piece.has_default_sample_type = 1;
	piece.duration_nanos = (int64_t)profile_duration(writer->profile);
	piece.default_sample_type = TEXT_TYPES + PROFILE_OFFCPU;
	write_piece(writer, &piece);
}

static void write_text(struct writer *writer, const char *text)
{
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	char *list[1] = { (char *)text };

	piece.n_string_table = 1;
	piece.string_table = list;
	write_piece(writer, &piece);
}

static void write_gt_text(struct writer *writer, struct gt_text text)
{
	char copy[GT_MAX_STRING + 1];

	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	write_text(writer, copy);
}

static void write_texts(struct writer *writer)
{
	uint32_t functions = profile_functions(writer->profile);

	write_text(writer, "");
	write_text(writer, "nanoseconds");
	for (enum profile_type type = 0; type < PROFILE_TYPES; type++)
		write_text(writer, profile_type_name(type));
	write_text(writer, PROFILE_UNKNOWN_NAME);
	for (uint32_t i = 0; i < functions; i++) {
		write_gt_text(writer, profile_function_name(writer->profile, i));
		write_gt_text(writer, profile_function_file(writer->profile, i));
	}
}

static void write_function(struct writer *writer, uint64_t id, int64_t name, int64_t file)
{
	Pprof__Function function = PPROF__FUNCTION__INIT, *list[1] = { &function };
	Pprof__Profile piece = PPROF__PROFILE__INIT;

	function.has_id = function.has_name = function.has_system_name = function.has_filename = 1;
	function.id = id;
	function.name = function.system_name = name;
	function.filename = file;
	piece.n_function = 1;
	piece.function = list;
	write_piece(writer, &piece);
}

static void write_location(struct writer *writer, uint64_t id, uint64_t function, uint64_t at)
{
	Pprof__Line line = PPROF__LINE__INIT, *lines[1] = { &line };
	Pprof__Location location = PPROF__LOCATION__INIT, *list[1] = { &location };
	Pprof__Profile piece = PPROF__PROFILE__INIT;

	line.has_function_id = line.has_line = 1;
	line.function_id = function;
	line.line = (int64_t)at;
	location.has_id = 1;
	location.id = id;
	location.n_line = 1;
	location.line = lines;
	piece.n_location = 1;
	piece.location = list;
	write_piece(writer, &piece);
}

static void write_places(struct writer *writer)
{
	uint32_t functions = profile_functions(writer->profile);
	uint32_t frames = profile_frames(writer->profile);

	for (uint32_t i = 0; i < functions; i++)
		write_function(writer, function_id(i), TEXT_FUNCTIONS + 2 * (int64_t)i,
			       TEXT_FUNCTIONS + 2 * (int64_t)i + 1);
	write_function(writer, function_id(functions), TEXT_UNKNOWN, TEXT_EMPTY);
	for (uint32_t i = 0; i < frames; i++) {
		struct profile_frame frame = profile_frame_at(writer->profile, i);

		write_location(writer, location_id(i), function_id(frame.function), frame.line);
	}
	write_location(writer, location_id(frames), function_id(functions), 0);
}

/* ---- samples ---- */

/* Its locations, leaf first, in writer->locations. */
static int find_locations(struct writer *writer, uint32_t stack, size_t *count)
{
	uint64_t *grown;
	size_t used = 0;

	do {
		grown = grow_array(writer->locations, &writer->cap, used + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		writer->locations = grown;
		if (stack == PROFILE_NOTHING) {
			grown[used++] = location_id(profile_frames(writer->profile));
			break;
		}
		grown[used++] = location_id(profile_frame(writer->profile, stack));
		stack = profile_caller(writer->profile, stack);
	} while (stack != PROFILE_NOTHING);
	*count = used;
	return 0;
}

static int write_sample(struct writer *writer, uint32_t stack)
{
	Pprof__Sample sample = PPROF__SAMPLE__INIT, *list[1] = { &sample };
	Pprof__Profile piece = PPROF__PROFILE__INIT;
	int64_t values[PROFILE_TYPES], any = 0;
	int err;

	for (unsigned i = 0; i < writer->types; i++)
		any |= values[i] = (int64_t)profile_time(writer->profile, stack, i);
	if (!any)
		return 0;
	err = find_locations(writer, stack, &sample.n_location_id);
	if (err)
		return err;
	sample.location_id = writer->locations;
	sample.n_value = writer->types;
	sample.value = values;
	piece.n_sample = 1;
	piece.sample = list;
	write_piece(writer, &piece);
	return 0;
}

static int write_all(struct writer *writer)
{
	uint32_t stacks = profile_stacks(writer->profile);
	int err = 0;

	write_head(writer);
	for (uint32_t i = 0; i < stacks && !err; i++)
		err = write_sample(writer, i);
	write_places(writer);
	write_texts(writer);
	return err;
}

int pprof_write(const struct profile *profile, out_sink_fn sink, void *ctx)
{
	struct writer writer = { .base = { append }, .profile = profile };
	int err, late;

	writer.types = profile_total(profile, PROFILE_SYSCALL) ? PROFILE_TYPES : PROFILE_SYSCALL;
	writer.gzip = malloc(sizeof(*writer.gzip));
	if (!writer.gzip)
		return -ENOMEM;
	err = gzip_init(writer.gzip, sink, ctx);
	if (!err)
		err = write_all(&writer);
	late = gzip_finish(writer.gzip);
	free(writer.gzip);
	free(writer.locations);
	return err ? err : late;
}
