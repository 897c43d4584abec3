/* The |XX escapes of values, both ways (facts 4.1). */
#include <gpuvirt/vmx.h>

#include <string.h>

/*
 * How VMware's reader takes the bytes at RAW[*AT]: one decoded byte, or a run of bytes that stay.
 * Returns the run, or an empty span and *BYTE, and moves *AT behind it.
 */
static struct gv_span take(struct gv_span raw, size_t *at, char *byte)
{
	size_t begin = *at;
	if (raw.at[begin] != '|') {
		const char *bar = memchr(raw.at + begin, '|', raw.len - begin);
		*at = bar == NULL ? raw.len : (size_t)(bar - raw.at);
		return gv_span_part(raw, begin, *at);
	}
	int high = begin + 1 < raw.len ? gv_hex_digit(raw.at[begin + 1]) : -1;
	int low = high >= 0 && begin + 2 < raw.len ? gv_hex_digit(raw.at[begin + 2]) : -1;
	if (low >= 0) {
		*at = begin + 3;
		*byte = (char)(high << 4 | low);
		return (struct gv_span){0};
	}
	/* The byte that disproves the escape is passed over too, even when it is a "|". */
	size_t past = begin + (high >= 0 ? 3 : 2);
	*at = past < raw.len ? past : raw.len;
	return gv_span_part(raw, begin, *at);
}

void gv_vmx_unescape(struct gv_buf *out, struct gv_span raw)
{
	for (size_t at = 0; at < raw.len;) {
		char byte = 0;
		struct gv_span run = take(raw, &at, &byte);
		if (run.len == 0 && byte == '\0')
			break;
		if (run.len == 0)
			gv_buf_char(out, byte);
		else
			gv_buf_add(out, run);
	}
}

bool gv_vmx_means(struct gv_span raw, struct gv_span value)
{
	size_t done = 0;
	for (size_t at = 0; at < raw.len;) {
		char byte = 0;
		struct gv_span run = take(raw, &at, &byte);
		if (run.len == 0 && byte == '\0')
			break;
		if (run.len == 0)
			run = (struct gv_span){&byte, 1};
		if (value.len - done < run.len || memcmp(value.at + done, run.at, run.len) != 0)
			return false;
		done += run.len;
	}
	return done == value.len;
}

static bool needs_escape(unsigned char byte)
{
	return byte == '"' || byte == '|' || byte == 0x7F || (byte < 0x20 && byte != '\t');
}

void gv_vmx_escape(struct gv_buf *out, struct gv_span value)
{
	size_t kept = 0;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char byte = (unsigned char)value.at[i];
		if (!needs_escape(byte))
			continue;
		gv_buf_add(out, gv_span_part(value, kept, i));
		gv_buf_format(out, "|%02X", (unsigned)byte);
		kept = i + 1;
	}
	gv_buf_add(out, gv_span_part(value, kept, value.len));
}

bool gv_vmx_name_ok(struct gv_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char byte = (unsigned char)name.at[i];
		if (byte <= 0x20 || byte == 0x7F || byte == '#' || byte == '=')
			return false;
	}
	return name.len > 0;
}
