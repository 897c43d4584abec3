#include "rescue/rebuild.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/vmx.h>

#include "base/charset.h"
#include "base/map.h"

enum key_state { KNOWN, HIDDEN, BROKEN, UNSET };

/* A key that the dump or a change named. */
struct key {
	struct gv_span name;   /* as spelt first */
	struct gv_span folded; /* in lower case */
	struct gv_buf value;
	enum key_state state;
	uint64_t at; /* number of the fact that left it so */
};

/* All keys that begin so were removed. */
struct prefix {
	struct gv_span folded;
	uint64_t at; /* the last time */
};

struct rebuild {
	struct rescue_rebuilt *out;
	bool in_dump;
	struct gv_map key_map;
	struct key **keys;
	size_t key_count;
	size_t key_cap;
	struct gv_map prefix_map;
	struct prefix **prefixes;
	size_t prefix_count;
	size_t prefix_cap;
	uint64_t facts;
	uint64_t size; /* bytes of names and values */
	uint64_t max_size;
	struct gv_buf folded; /* to work in */
	struct gv_arena arena;
	bool failed;
};

static void forget(struct rebuild *rebuild)
{
	for (size_t i = 0; i < rebuild->key_count; i++)
		gv_buf_dispose(&rebuild->keys[i]->value);
	free(rebuild->keys);
	free(rebuild->prefixes);
	gv_map_dispose(&rebuild->key_map);
	gv_map_dispose(&rebuild->prefix_map);
	gv_buf_dispose(&rebuild->folded);
	gv_arena_dispose(&rebuild->arena);
}

/* NAME in lower case, borrowed until the next call. */
static struct gv_span fold(struct rebuild *rebuild, struct gv_span name)
{
	rebuild->folded.len = 0;
	for (size_t i = 0; i < name.len; i++)
		gv_buf_char(&rebuild->folded, gv_fold(name.at[i]));
	rebuild->failed |= rebuild->folded.failed;
	return gv_buf_span(&rebuild->folded);
}

static struct key *add_key(struct rebuild *rebuild, struct gv_span name, struct gv_span folded)
{
	struct key **grown =
		gv_grow(rebuild->keys, rebuild->key_count, &rebuild->key_cap, sizeof(struct key *));
	struct key *key = gv_arena_alloc(&rebuild->arena, sizeof *key);
	if (grown != NULL)
		rebuild->keys = grown;
	if (grown == NULL || key == NULL)
		return NULL;
	*key = (struct key){
		.name = gv_arena_copy(&rebuild->arena, name),
		.folded = gv_arena_copy(&rebuild->arena, folded),
	};
	if (key->name.at == NULL || key->folded.at == NULL ||
	    !gv_map_put(&rebuild->key_map, key->folded, key))
		return NULL;
	rebuild->keys[rebuild->key_count++] = key;
	rebuild->size += name.len;
	return key;
}

static struct key *key_called(struct rebuild *rebuild, struct gv_span name)
{
	struct gv_span folded = fold(rebuild, name);
	if (rebuild->failed)
		return NULL;
	struct key *key = gv_map_get(&rebuild->key_map, folded);
	if (key == NULL)
		key = add_key(rebuild, name, folded);
	rebuild->failed |= key == NULL;
	return key;
}

/* What can be written of FACT. A NUL would end the value for VMware. */
static enum key_state state_of(const struct gv_log_fact *fact)
{
	if (fact->hidden)
		return HIDDEN;
	bool good = !fact->unclosed && gv_vmx_name_ok(fact->name) &&
	            memchr(fact->value.at, '\0', fact->value.len) == NULL &&
	            gv_charset_first_bad(gv_charset_utf8(), fact->value) == fact->value.len;
	return good ? KNOWN : BROKEN;
}

static void take_value(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	struct key *key = key_called(rebuild, fact->name);
	if (key == NULL)
		return;
	key->state = state_of(fact);
	key->at = ++rebuild->facts;
	rebuild->size -= key->value.len;
	key->value.len = 0;
	if (key->state == KNOWN)
		gv_buf_add(&key->value, fact->value);
	rebuild->size += key->value.len;
	rebuild->failed |= key->value.failed;
}

static void take_unset(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	struct key *key = gv_map_get(&rebuild->key_map, fold(rebuild, fact->name));
	rebuild->facts++;
	if (key == NULL)
		return;
	key->state = UNSET;
	key->at = rebuild->facts;
}

static struct prefix *add_prefix(struct rebuild *rebuild, struct gv_span folded)
{
	struct prefix **grown = gv_grow(rebuild->prefixes, rebuild->prefix_count,
	                                &rebuild->prefix_cap, sizeof(struct prefix *));
	struct prefix *prefix = gv_arena_alloc(&rebuild->arena, sizeof *prefix);
	if (grown != NULL)
		rebuild->prefixes = grown;
	if (grown == NULL || prefix == NULL)
		return NULL;
	*prefix = (struct prefix){.folded = gv_arena_copy(&rebuild->arena, folded)};
	if (prefix->folded.at == NULL || !gv_map_put(&rebuild->prefix_map, prefix->folded, prefix))
		return NULL;
	rebuild->prefixes[rebuild->prefix_count++] = prefix;
	rebuild->size += folded.len;
	return prefix;
}

/* Only noted: looking through all keys for each of a million prefixes would take too long. */
static void take_prefix(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	struct gv_span folded = fold(rebuild, fact->name);
	struct prefix *prefix = NULL;
	if (!rebuild->failed)
		prefix = gv_map_get(&rebuild->prefix_map, folded);
	if (prefix == NULL && !rebuild->failed)
		prefix = add_prefix(rebuild, folded);
	rebuild->failed |= prefix == NULL;
	if (prefix != NULL)
		prefix->at = ++rebuild->facts;
}

/* A new dump says all there is: what is known from before goes. */
static void begin_dump(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	struct rebuild fresh = {.out = rebuild->out, .max_size = rebuild->max_size};
	forget(rebuild);
	*rebuild = fresh;
	rebuild->in_dump = true;
	rebuild->out->has_dump = rebuild->out->ends_amid_dump = true;
	rebuild->out->changes = 0;
	rebuild->out->time = 0;
	rebuild->out->config_path = gv_arena_copy(&rebuild->out->arena, fact->value);
	rebuild->failed = rebuild->out->config_path.at == NULL;
}

static void take_section(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	if (gv_span_equal(fact->name, GV_LITERAL("CONFIGURATION"))) {
		begin_dump(rebuild, fact);
	} else if (rebuild->in_dump) {
		rebuild->in_dump = false;
		rebuild->out->ends_amid_dump = false;
	}
}

static void take_dumped(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	if (rebuild->in_dump)
		take_value(rebuild, fact);
}

/* Behind the dump alone: what was changed before stands in it. */
static void take_change(struct rebuild *rebuild, const struct gv_log_fact *fact)
{
	static void (*const changes[])(struct rebuild *, const struct gv_log_fact *) = {
		[GV_LOG_SET] = take_value,
		[GV_LOG_UNSET] = take_unset,
		[GV_LOG_UNSET_PREFIX] = take_prefix,
	};
	if (!rebuild->out->has_dump)
		return;
	rebuild->out->changes++;
	changes[fact->kind](rebuild, fact);
}

static void take_entry(struct rebuild *rebuild, const struct gv_log_entry *entry)
{
	static void (*const facts[])(struct rebuild *, const struct gv_log_fact *) = {
		[GV_LOG_SECTION] = take_section,     [GV_LOG_VALUE] = take_dumped,
		[GV_LOG_SET] = take_change,          [GV_LOG_UNSET] = take_change,
		[GV_LOG_UNSET_PREFIX] = take_change,
	};
	struct gv_log_fact fact;
	bool was_in_dump = rebuild->in_dump;
	size_t changes = rebuild->out->changes;
	if (entry->from_sandbox || !gv_log_read_fact(&fact, entry))
		return;
	facts[fact.kind](rebuild, &fact);
	if (was_in_dump || rebuild->in_dump || rebuild->out->changes > changes)
		(void)gv_log_time(entry->time, &rebuild->out->time);
}

static int compare_keys(const void *left, const void *right)
{
	struct gv_span a = (*(struct key *const *)left)->folded;
	struct gv_span b = (*(struct key *const *)right)->folded;
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);
	return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* The first of the COUNT sorted keys that is not below PREFIX. */
static size_t first_of(struct key *const *sorted, size_t count, struct gv_span prefix)
{
	const struct key wanted = {.folded = prefix};
	const struct key *at = &wanted;
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (compare_keys(&sorted[middle], &at) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/*
 * Removes the keys that a prefix has removed since they were set. Prefixes of one key differ in
 * length, so that all of it takes no more steps than the keys have bytes.
 */
static enum gv_status apply_prefixes(struct rebuild *rebuild, struct gv_error *err)
{
	size_t count = rebuild->key_count;
	if (count == 0 || rebuild->prefix_count == 0)
		return GV_OK;
	struct key **sorted = calloc(count, sizeof(struct key *));
	if (sorted == NULL)
		return gv_fail_memory(err);
	memcpy(sorted, rebuild->keys, count * sizeof(struct key *));
	qsort(sorted, count, sizeof(struct key *), compare_keys);
	for (size_t i = 0; i < rebuild->prefix_count; i++) {
		const struct prefix *prefix = rebuild->prefixes[i];
		size_t at = first_of(sorted, count, prefix->folded);
		for (; at < count && gv_span_begins_nocase(sorted[at]->folded, prefix->folded);
		     at++) {
			if (sorted[at]->at < prefix->at)
				sorted[at]->state = UNSET;
		}
	}
	free(sorted);
	return GV_OK;
}

static bool is_encoding(const struct key *key)
{
	return gv_span_equal(key->folded, GV_LITERAL(".encoding"));
}

static enum gv_status list_lost(struct rebuild *rebuild, struct gv_error *err)
{
	struct rescue_rebuilt *out = rebuild->out;
	out->lost = calloc(rebuild->key_count + 1, sizeof *out->lost);
	if (out->lost == NULL)
		return gv_fail_memory(err);
	for (size_t i = 0; i < rebuild->key_count; i++) {
		const struct key *key = rebuild->keys[i];
		if (key->state != HIDDEN && key->state != BROKEN)
			continue;
		struct gv_span name = gv_arena_copy(&out->arena, key->name);
		if (name.at == NULL)
			return gv_fail_memory(err);
		out->lost[out->lost_count++] = (struct rescue_lost){name, key->state == HIDDEN};
	}
	return GV_OK;
}

static void add_line(struct gv_buf *out, struct gv_span name, struct gv_span value,
                     struct gv_span line_ending)
{
	gv_buf_add(out, name);
	gv_buf_text(out, " = \"");
	gv_vmx_escape(out, value);
	gv_buf_text(out, "\"");
	gv_buf_add(out, line_ending);
}

/* A path of Windows has a drive, or a backslash: there the writer ends lines with CR LF
 * (facts 4.1). */
static struct gv_span ending_for(struct gv_span path)
{
	bool windows = (path.len > 1 && path.at[1] == ':') ||
	               (path.len > 0 && memchr(path.at, '\\', path.len) != NULL);
	return windows ? GV_LITERAL("\r\n") : GV_LITERAL("\n");
}

static enum gv_status write_text(struct rebuild *rebuild, struct gv_span line_ending,
                                 struct gv_error *err)
{
	struct rescue_rebuilt *out = rebuild->out;
	if (line_ending.len == 0)
		line_ending = ending_for(out->config_path);
	add_line(&out->text, GV_LITERAL(".encoding"), GV_LITERAL("UTF-8"), line_ending);
	for (size_t i = 0; i < rebuild->key_count; i++) {
		const struct key *key = rebuild->keys[i];
		if (key->state == KNOWN && !is_encoding(key))
			add_line(&out->text, key->name, gv_buf_span(&key->value), line_ending);
	}
	return out->text.failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status read_log(struct rebuild *rebuild, struct gv_log *log, struct gv_error *err)
{
	struct gv_log_entry entry;
	while (gv_log_next(log, &entry)) {
		take_entry(rebuild, &entry);
		if (rebuild->failed)
			return gv_fail_memory(err);
		if (rebuild->size > rebuild->max_size)
			return gv_fail(err, GV_ETOOBIG,
			               "tells of a configuration of more than %llu bytes "
			               "(--max-size)",
			               (unsigned long long)rebuild->max_size);
	}
	const struct gv_error *failure = gv_log_failure(log);
	return failure == NULL ? GV_OK : gv_fail(err, failure->status, "%s", failure->message);
}

enum gv_status rescue_rebuild(struct rescue_rebuilt *out, struct gv_log *log,
                              struct gv_span line_ending, uint64_t max_size, struct gv_error *err)
{
	struct rebuild rebuild = {.out = out, .max_size = max_size};
	enum gv_status status = read_log(&rebuild, log, err);
	if (status == GV_OK && out->has_dump)
		status = apply_prefixes(&rebuild, err);
	if (status == GV_OK && out->has_dump)
		status = list_lost(&rebuild, err);
	if (status == GV_OK && out->has_dump)
		status = write_text(&rebuild, line_ending, err);
	forget(&rebuild);
	return status;
}

void rescue_rebuilt_dispose(struct rescue_rebuilt *rebuilt)
{
	gv_buf_dispose(&rebuilt->text);
	free(rebuilt->lost);
	gv_arena_dispose(&rebuilt->arena);
	*rebuilt = (struct rescue_rebuilt){0};
}
