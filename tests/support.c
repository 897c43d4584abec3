#include "support.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, struct gv_span span)
{
	fprintf(stderr, "%s (%zu bytes): \"", what, span.len);
	for (size_t i = 0; i < span.len && i < 400; i++) {
		unsigned char byte = (unsigned char)span.at[i];
		if (byte >= 0x20 && byte < 0x7F)
			fputc(byte, stderr);
		else
			fprintf(stderr, "\\x%02x", byte);
	}
	fputs("\"\n", stderr);
}

void assert_span(struct gv_span have, struct gv_span want)
{
	if (gv_span_equal(have, want))
		return;
	show("have", have);
	show("want", want);
	fail();
}

char *scratch_make(void)
{
	const char *base = getenv("TMPDIR");
	char *path = path_join(base == NULL ? "/tmp" : base, "gpuvirt-test-XXXXXX");
	assert_non_null(mkdtemp(path));
	return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

void scratch_remove(char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

char *path_join(const char *dir, const char *name)
{
	size_t size = strlen(dir) + strlen(name) + 2;
	char *path = malloc(size);
	assert_non_null(path);
	snprintf(path, size, "%s/%s", dir, name);
	return path;
}

void file_write(const char *path, struct gv_span text)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	if (text.len > 0)
		assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
}

struct gv_buf file_read(const char *path)
{
	struct gv_buf text = {0};
	char block[4096];
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
		gv_buf_add(&text, (struct gv_span){block, got});
	assert_int_equal(ferror(file), 0);
	fclose(file);
	assert_false(text.failed);
	return text;
}

size_t folder_count(const char *path)
{
	size_t count = 0;
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

uint64_t random_next(uint64_t *state)
{
	/* xorshift64*, Vigna 2016 */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}
