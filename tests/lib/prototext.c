// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "lib/prototext.h"

#include <errno.h>
#include <inttypes.h>

#include "export/perfetto/perfetto.pb-c.h"

static int print_message(FILE *out, const ProtobufCMessage *message, int depth);

static size_t element_size(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		return 8;
	default:
		return 4;
	}
}

static int print_value(FILE *out, const ProtobufCFieldDescriptor *field, const void *value,
		       int depth)
{
	fprintf(out, "%*s%s", depth * 2, "", field->name);
	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		fputc('\n', out);
		return print_message(out, *(ProtobufCMessage *const *)value, depth + 1);
	case PROTOBUF_C_TYPE_STRING:
		fprintf(out, ": %s\n", *(char *const *)value);
		return 0;
	case PROTOBUF_C_TYPE_INT64:
		fprintf(out, ": %" PRId64 "\n", *(const int64_t *)value);
		return 0;
	case PROTOBUF_C_TYPE_UINT64:
		fprintf(out, ": %" PRIu64 "\n", *(const uint64_t *)value);
		return 0;
	case PROTOBUF_C_TYPE_UINT32:
		fprintf(out, ": %" PRIu32 "\n", *(const uint32_t *)value);
		return 0;
	default:
		fprintf(out, ": %" PRId32 "\n", *(const int32_t *)value);
		return 0;
	}
}

static int print_field(FILE *out, const ProtobufCMessage *message,
		       const ProtobufCFieldDescriptor *field, int depth)
{
	const char *value = (const char *)message + field->offset;
	const void *quantifier = (const char *)message + field->quantifier_offset;
	int err = 0;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		const char *values = *(const char *const *)value;

		for (size_t i = 0; !err && i < *(const size_t *)quantifier; i++)
			err = print_value(out, field, values + i * element_size(field), depth);
		return err;
	}
	if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE)
		return *(void *const *)value ? print_value(out, field, value, depth) : 0;
	return *(const protobuf_c_boolean *)quantifier ? print_value(out, field, value, depth) : 0;
}

static int print_message(FILE *out, const ProtobufCMessage *message, int depth)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	int err = message->n_unknown_fields ? -EINVAL : 0;

	for (unsigned i = 0; !err && i < descriptor->n_fields; i++)
		err = print_field(out, message, &descriptor->fields[i], depth);
	return err;
}

int prototext_print(FILE *out, const void *data, size_t size)
{
	Pf__Trace *trace = pf__trace__unpack(NULL, size, data);
	int err;

	if (!trace)
		return -EINVAL;
	err = print_message(out, &trace->base, 0);
	pf__trace__free_unpacked(trace, NULL);
	return err;
}
