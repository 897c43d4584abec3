#include "base/base64.h"

void gv_base64_add(struct gv_buf *out, struct gv_span bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t group = (uint32_t)(unsigned char)bytes.at[i] << 16;
		if (left > 1)
			group |= (uint32_t)(unsigned char)bytes.at[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)bytes.at[i + 2];
		gv_buf_char(out, digits[group >> 18]);
		gv_buf_char(out, digits[group >> 12 & 63]);
		gv_buf_char(out, left > 1 ? digits[group >> 6 & 63] : '=');
		gv_buf_char(out, left > 2 ? digits[group & 63] : '=');
	}
}
