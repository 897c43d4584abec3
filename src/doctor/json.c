/* The results as JSON: docs/doctor.md has the shape. */
#include <gpuvirt/doctor.h>

#include "base/json.h"

/* Adds the ids of the places in BITS. */
static void add_places(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                       uint32_t bits)
{
	size_t count;
	const struct gv_place_row *rows = gv_places(&count);
	struct gv_json *list = gv_json_add_array(tree, in, name);
	for (size_t i = 0; i < count; i++) {
		if ((bits & (uint32_t)rows[i].place) != 0)
			gv_json_add_text(tree, list, NULL, rows[i].id);
	}
}

static void add_sight(struct gv_json_tree *tree, struct gv_json *in, const struct gv_sight *sight)
{
	struct gv_json *object = gv_json_add_object(tree, in, NULL);
	gv_json_add_text(tree, object, "verdict", gv_verdict_name(sight->verdict));
	gv_json_add_text(tree, object, "text", sight->text);
	if (sight->cause != NULL)
		gv_json_add_text(tree, object, "cause", sight->cause);
}

static void add_result(struct gv_json_tree *tree, struct gv_json *in,
                       const struct gv_doctor_result *result)
{
	struct gv_json *object = gv_json_add_object(tree, in, NULL);
	gv_json_add_text(tree, object, "id", result->check->id);
	gv_json_add_text(tree, object, "title", result->check->title);
	add_places(tree, object, "places", result->check->places);
	gv_json_add_bool(tree, object, "applies", result->applies);
	gv_json_add_text(tree, object, "verdict", gv_verdict_name(result->verdict));
	gv_json_add_text(tree, object, "looks_at", result->check->looks_at);
	struct gv_json *sights = gv_json_add_array(tree, object, "seen");
	for (size_t i = 0; i < result->sight_count; i++)
		add_sight(tree, sights, &result->sights[i]);
	struct gv_json *remedies = gv_json_add_array(tree, object, "remedies");
	for (size_t i = 0; i < result->remedy_count; i++)
		gv_json_add_text(tree, remedies, NULL, result->remedies[i]);
	if (result->fix_key == NULL)
		return;
	struct gv_json *fix = gv_json_add_object(tree, object, "fix");
	gv_json_add_text(tree, fix, "key", result->fix_key);
	gv_json_add_text(tree, fix, "value", result->fix_value);
}

void gv_doctor_json(struct gv_buf *out, const struct gv_doctor *doctor, const char *program)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	size_t count;
	const struct gv_doctor_result *results = gv_doctor_results(doctor, &count);
	gv_json_add_text(&tree, root, "kind", "gpuvirt-doctor");
	gv_json_add_number(&tree, root, "version", 1);
	gv_json_add_text(&tree, root, "program", program);
	add_places(&tree, root, "machine", gv_doctor_place(doctor));
	struct gv_json *list = gv_json_add_array(&tree, root, "checks");
	for (size_t i = 0; i < count; i++)
		add_result(&tree, list, &results[i]);
	struct gv_json *summary = gv_json_add_object(&tree, root, "summary");
	for (int i = 0; i < GV_VERDICTS; i++)
		gv_json_add_number(&tree, summary, gv_verdict_name((enum gv_verdict)i),
		                   gv_doctor_count(doctor, (enum gv_verdict)i));
	gv_json_print(out, &tree);
	gv_buf_text(out, "\n");
}
