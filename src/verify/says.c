#include "verify/says.h"

#include <stdlib.h>

static const char *const openings[] = {
	[GV_3D_ON] = "3D is on",
	[GV_3D_OFF] = "3D is off",
	[GV_3D_HOST_FAIL] = "3D did not come on",
	[GV_3D_CRASH] = "3D came on and broke down",
	[GV_3D_UNKNOWN] = "nothing is known of 3D",
};

_Static_assert(sizeof openings / sizeof *openings == GV_3D_STATES, "every state has an opening");

static void say_cause(struct gv_buf *out, const struct gv_cause *cause)
{
	gv_buf_format(out, "%s %s", cause->says, cause->helps);
	if (cause->edit == GV_EDIT_USELESS)
		gv_buf_text(out, " No edit of the .vmx can help.");
}

void gv_verification_say(struct gv_buf *out, const struct gv_verification *result,
                         const struct gv_knowledge *knowledge)
{
	const struct gv_verdict *verdict = &result->verdict;
	const char *id = verdict->causes[0];
	const struct gv_cause *cause = id == NULL ? NULL : gv_cause_find(knowledge, id);
	if (verdict->doubt != GV_DOUBT_NONE)
		gv_buf_text(out, gv_doubt_says(verdict->doubt));
	else if (cause != NULL)
		say_cause(out, cause);
}

/* What is wanted and not there is an error, what is not known a warning, the rest to be known. */
static enum gv_severity weigh(const struct gv_verification *result)
{
	if (gv_verification_is_good(result))
		return GV_NOTE;
	return result->verdict.state == GV_3D_UNKNOWN ? GV_WARNING : GV_ERROR;
}

/* The last line of vmware.log that the verdict rests on; NULL when it rests on none. */
static const struct gv_evidence *decisive(const struct gv_verdict *verdict)
{
	const struct gv_evidence *found = NULL;
	for (size_t i = 0; i < verdict->evidence_count; i++) {
		const struct gv_evidence *evidence = &verdict->evidence[i];
		if (evidence->decisive && !evidence->sandbox)
			found = evidence;
	}
	return found;
}

bool verification_find(struct gv_verification *result, const char *path,
                       const struct gv_knowledge *knowledge)
{
	const struct gv_verdict *verdict = &result->verdict;
	const struct gv_evidence *evidence = decisive(verdict);
	struct gv_buf message = {0};
	struct gv_finding finding = {
		.rule = verdict->causes[0] != NULL ? verdict->causes[0]
	                                           : gv_doubt_name(verdict->doubt),
		.severity = weigh(result),
		.line = 1,
		.column = 1,
	};
	result->finding_path = path;
	if (finding.rule[0] == '\0')
		return true;
	if (evidence != NULL && evidence->line <= UINT32_MAX) {
		result->finding_path = result->log;
		finding.line = (uint32_t)evidence->line;
	}
	gv_buf_format(&message, "%s: ", openings[verdict->state]);
	gv_verification_say(&message, result, knowledge);
	gv_findings_add(&result->findings, finding, &message);
	gv_buf_dispose(&message);
	return !result->findings.failed;
}

enum gv_status gv_verify_topics(struct gv_topic **out, size_t *count,
                                const struct gv_knowledge *knowledge, struct gv_error *err)
{
	size_t cause_count;
	size_t made = 0;
	const struct gv_cause *causes = gv_causes(knowledge, &cause_count);
	struct gv_topic *topics = calloc(cause_count + GV_DOUBTS, sizeof *topics);
	if (topics == NULL)
		return gv_fail_memory(err);
	for (size_t i = 0; i < cause_count; i++)
		topics[made++] =
			(struct gv_topic){causes[i].id, GV_ERROR, causes[i].says, causes[i].helps};
	for (int i = GV_DOUBT_NONE + 1; i < GV_DOUBTS; i++)
		topics[made++] = (struct gv_topic){gv_doubt_name((enum gv_doubt)i), GV_WARNING,
		                                   gv_doubt_says((enum gv_doubt)i), NULL};
	*out = topics;
	*count = made;
	return GV_OK;
}
