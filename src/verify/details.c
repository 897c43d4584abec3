/* The member "verdict" of a report in JSON (docs/json.md). */
#include <gpuvirt/verify.h>

#include "base/json.h"

static const char *const edit_words[] = {
	[GV_EDIT_HELPS] = "helps",
	[GV_EDIT_USELESS] = "useless",
	[GV_EDIT_UNKNOWN] = "unknown",
};

_Static_assert(sizeof edit_words / sizeof *edit_words == GV_EDIT_USES, "every use has a word");

static void add_text(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                     const char *text)
{
	if (text != NULL && text[0] != '\0')
		gv_json_add_text(tree, in, name, text);
}

static void add_path(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                     const char *path)
{
	if (path != NULL)
		gv_json_add_bytes(tree, in, name, gv_span_of(path));
}

static void add_causes(struct gv_json_tree *tree, struct gv_json *in,
                       const struct gv_verify_details *details)
{
	const char *const *ids = details->result->verdict.causes;
	struct gv_json *array = gv_json_add_array(tree, in, "causes");
	for (size_t i = 0; i < GV_MAX_CAUSES && ids[i] != NULL; i++) {
		const struct gv_cause *cause = gv_cause_find(details->knowledge, ids[i]);
		struct gv_json *object = gv_json_add_object(tree, array, NULL);
		gv_json_add_text(tree, object, "id", ids[i]);
		if (cause == NULL)
			continue;
		gv_json_add_text(tree, object, "says", cause->says);
		gv_json_add_text(tree, object, "helps", cause->helps);
		gv_json_add_text(tree, object, "edit", edit_words[cause->edit]);
		gv_json_add_text(tree, object, "certain", gv_certainty_name(cause->certain));
	}
}

static void add_evidence(struct gv_json_tree *tree, struct gv_json *in,
                         const struct gv_verification *result)
{
	struct gv_json *array = gv_json_add_array(tree, in, "evidence");
	for (size_t i = 0; i < result->verdict.evidence_count; i++) {
		const struct gv_evidence *evidence = &result->verdict.evidence[i];
		struct gv_json *object = gv_json_add_object(tree, array, NULL);
		add_path(tree, object, "path", evidence->sandbox ? result->sandbox : result->log);
		gv_json_add_number(tree, object, "line", evidence->line);
		gv_json_add_text(tree, object, "text", evidence->text);
		gv_json_add_bool(tree, object, "decisive", evidence->decisive);
	}
}

void gv_verify_add_details(struct gv_json_tree *tree, struct gv_json *in, const void *of)
{
	const struct gv_verify_details *details = of;
	const struct gv_verification *result = details->result;
	const struct gv_verdict *verdict = &result->verdict;
	struct gv_json *object = gv_json_add_object(tree, in, "verdict");
	gv_json_add_text(tree, object, "state", gv_3d_name(verdict->state));
	add_text(tree, object, "doubt", gv_doubt_name(verdict->doubt));
	gv_json_add_bool(tree, object, "wanted", result->wanted);
	add_path(tree, object, "log", result->log);
	add_path(tree, object, "sandbox_log", result->sandbox);
	add_text(tree, object, "product", verdict->product);
	add_text(tree, object, "version", verdict->version);
	add_text(tree, object, "renderer", verdict->renderer);
	add_text(tree, object, "adapter", verdict->adapter);
	add_text(tree, object, "driver", verdict->driver);
	add_text(tree, object, "feature_level", verdict->level);
	add_text(tree, object, "machine", verdict->machine);
	gv_json_add_bool(tree, object, "resumed", verdict->resumed);
	gv_json_add_bool(tree, object, "touched", result->touched);
	add_causes(tree, object, details);
	add_evidence(tree, object, result);
}
