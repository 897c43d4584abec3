#include "vmx/recognise.h"

#include <string.h>

static bool begins(struct gv_span text, const char *with)
{
	return gv_span_begins_nocase(text, gv_span_of(with));
}

/* UTF-16 by its mark, or by ASCII text in which every other byte is NUL. */
bool gv_vmx_is_utf16(struct gv_span text)
{
	if (text.len >= 2 &&
	    (memcmp(text.at, "\xFF\xFE", 2) == 0 || memcmp(text.at, "\xFE\xFF", 2) == 0))
		return true;
	if (text.len < 8)
		return false;
	bool little = true;
	bool big = true;
	for (size_t i = 0; i < 8; i += 2) {
		little = little && text.at[i] != '\0' && text.at[i + 1] == '\0';
		big = big && text.at[i] == '\0' && text.at[i + 1] != '\0';
	}
	return little || big;
}

/* Control bytes that text does not have. NULs count apart: a power cut leaves thousands. */
static bool is_odd(unsigned char byte)
{
	return (byte < 0x20 && byte != '\0' && byte != '\t' && byte != '\n' && byte != '\r') ||
	       byte == 0x7F;
}

/* One odd byte in twenty: text damaged in places stays text. */
bool gv_vmx_is_binary(const struct gv_vmx *vmx)
{
	struct gv_span text = gv_vmx_text(vmx);
	size_t odd = 0;
	size_t whole = 0;
	if (!gv_vmx_counts(vmx)->control)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		odd += is_odd((unsigned char)text.at[i]);
		whole += text.at[i] != '\0';
	}
	return odd > whole / 20;
}

/* Names of VMware's own; the ones without a dot that a small file may have, in particular. */
static bool has_known_name(const struct gv_vmx *vmx)
{
	static const char *const known[] = {
		".encoding",   "config.version", "virtualHW.version",
		"displayName", "guestOS",        "encryption.data",
		"nvram",       "mks.enable3d",   "memsize",
		"numvcpus",    "annotation",     "encryption.keySafe",
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (gv_vmx_has(vmx, gv_span_of(known[i])))
			return true;
	}
	return false;
}

static bool has_dot(struct gv_span name)
{
	return memchr(name.at, '.', name.len) != NULL;
}

/* "#!" and an interpreter other than VMware, which old files for Linux name (facts 4.2). */
static bool is_script(const struct gv_vmx *vmx)
{
	struct gv_line line = {0};
	struct gv_span text = gv_vmx_text(vmx);
	if (!gv_vmx_next(vmx, &line))
		return false;
	struct gv_span first = gv_span_part(text, line.start, line.text_end);
	return begins(first, "#!") &&
	       !gv_span_ends_nocase(gv_span_trim(first), GV_LITERAL("vmware"));
}

/* What a file is that has entries, none of them of a name known to be VMware's; NULL if a .vmx. */
static const char *without_known_name(const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	struct gv_span text = gv_vmx_text(vmx);
	struct gv_line line = {0};
	bool dotted = false;
	if (is_script(vmx))
		return "it is a script";
	while (gv_vmx_next(vmx, &line)) {
		if (line.kind == GV_LINE_MALFORMED && text.at[line.start] == '[')
			return "it is an INI file";
		dotted = dotted || (line.kind == GV_LINE_ENTRY && has_dot(line.name));
	}
	if (counts->malformed > counts->entries)
		return "most lines do not read name = \"value\", it is another format";
	return dotted ? NULL : "it has no name that VMware knows";
}

/* Names that every machine has some of; the other files of VMware's have none. */
static bool has_machine_name(const struct gv_vmx *vmx)
{
	static const char *const machine[] = {"config.version",  "virtualHW.version", "guestOS",
	                                      "displayName",     "memsize",           "nvram",
	                                      "encryption.data", "encryption.keySafe"};
	for (size_t i = 0; i < sizeof machine / sizeof *machine; i++) {
		if (gv_vmx_has(vmx, gv_span_of(machine[i])))
			return true;
	}
	return false;
}

/* Dictionaries of VMware's that are no machines, by what a name of theirs begins with. */
static const struct kin {
	const char *begins;
	const char *what;
} kin[] = {
	{"pref.", "it is a preferences file of VMware's"},
	{"prefvmx.", "it is a preferences file of VMware's"},
	{"hint.", "it is a preferences file of VMware's"},
	{"snapshot.", "it is the snapshot list (.vmsd) beside a .vmx"},
	{"vmlist", "it is VMware's list of machines"},
	{"authd.", "it is a host-wide configuration of VMware's"},
	{"product.", "it is a host-wide configuration of VMware's"},
};

/* What kind of dictionary a file without any machine's name is; NULL if that cannot be told. */
static const char *what_kin(const struct gv_vmx *vmx)
{
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		for (size_t i = 0; line.name.len > 0 && i < sizeof kin / sizeof *kin; i++) {
			if (gv_span_begins_nocase(line.name, gv_span_of(kin[i].begins)))
				return kin[i].what;
		}
	}
	return NULL;
}

/* TEXT behind the first A that a B follows; empty when there is none. */
static struct gv_span behind(struct gv_span text, char a, char b)
{
	while (text.len > 1) {
		const char *at = memchr(text.at, a, text.len - 1);
		if (at == NULL)
			break;
		text = gv_span_part(text, (size_t)(at - text.at) + 1, text.len);
		if (text.at[0] == b)
			return gv_span_part(text, 1, text.len);
	}
	return (struct gv_span){0};
}

/* "<%" and "%>": text from which a program makes a .vmx. */
static bool is_template(const struct gv_vmx *vmx)
{
	return gv_vmx_counts(vmx)->less &&
	       behind(behind(gv_vmx_text(vmx), '<', '%'), '%', '>').at != NULL;
}

static bool is_all_nul(struct gv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '\0')
			return false;
	}
	return true;
}

/* What a file without any entry is. */
static const char *without_entries(const struct gv_vmx *vmx, struct gv_span text)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	if (is_all_nul(text))
		return "all bytes are NUL, as after a power cut";
	if (gv_vmx_is_binary(vmx))
		return "it is binary";
	if (counts->malformed > 0)
		return "no line reads name = \"value\", it is another format";
	bool comments = memchr(text.at, '#', text.len) != NULL;
	return comments ? "it has only comments" : "it has only blank lines";
}

static const char *const utf16 = "it is UTF-16; VMware reads bytes that keep ASCII";

const char *gv_vmx_no_dictionary(const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	struct gv_span text = gv_vmx_text(vmx);
	if (text.len == 0)
		return NULL;
	if (gv_vmx_is_utf16(text))
		return utf16;
	if (gv_vmx_is_binary(vmx))
		return "it is binary";
	return counts->entries == 0 && (counts->malformed > 0 || is_all_nul(text))
	               ? without_entries(vmx, text)
	               : NULL;
}

const char *gv_vmx_what_else(const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	struct gv_span text = gv_vmx_text(vmx);
	if (text.len == 0)
		return "it is empty";
	if (gv_vmx_is_utf16(text))
		return utf16;
	struct gv_span body = counts->bom ? gv_span_part(text, 3, text.len) : text;
	if (begins(body, "<?xml") || begins(body, "<Foundry"))
		return "it is XML, perhaps the .vmxf beside the .vmx";
	if (begins(body, "version https://git-lfs.github.com/"))
		return "it is a git-lfs pointer; run git lfs pull";
	if (counts->entries == 0)
		return without_entries(vmx, text);
	if (gv_vmx_is_binary(vmx))
		return "it is binary";
	if (is_template(vmx))
		return "it is an ERB template, from which a program makes a .vmx";
	const char *other = has_machine_name(vmx) ? NULL : what_kin(vmx);
	if (other != NULL)
		return other;
	return has_known_name(vmx) ? NULL : without_known_name(vmx);
}
