#include "gpupv/spell.h"

#include "base/base64.h"
#include "base/charset.h"
#include "gpupv/answer.h"
#include "gpupv/gpus.h"
#include "gpupv/model.h"
#include "gpupv/powershell.h"

static void show(struct gv_buf *out, const char *text)
{
	gv_charset_show(out, NULL, gv_span_of(text));
}

static void add_gpu(struct gv_buf *out, const struct gv_gpupv_state *state, const char *path)
{
	const struct gv_gpupv_gpu *gpu = gpu_of_path(state, path);
	if (path == NULL) {
		gv_buf_text(out, "the GPU that Windows chooses");
		return;
	}
	if (gpu != NULL && gpu->name != NULL) {
		show(out, gpu->name);
		gv_buf_text(out, " (");
	}
	show(out, path);
	gv_buf_text(out, gpu != NULL && gpu->name != NULL ? ")" : "");
}

static void add_settings(struct gv_buf *out, const struct gv_gpupv_vm *vm,
                         const struct gv_gpupv_settings *settings, const char *indent)
{
	for (unsigned i = 0; i < GV_GPUPV_SETTINGS; i++) {
		enum gv_gpupv_setting setting = (enum gv_gpupv_setting)i;
		if (!settings->at[i].known)
			continue;
		gv_buf_format(out, "%sset %s: ", indent, gv_gpupv_setting_rows[i].meaning);
		gv_gpupv_show_value(out, setting, vm->settings.at[i]);
		gv_buf_text(out, " -> ");
		gv_gpupv_show_value(out, setting, settings->at[i]);
		gv_buf_char(out, '\n');
	}
}

void gv_spell_steps(struct gv_buf *out, const struct gv_gpupv_state *state,
                    const struct gv_gpupv_plan *plan, const char *indent)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct gv_gpupv_step *step = &plan->steps[i];
		if (step->action == GV_GPUPV_SET) {
			add_settings(out, plan->vm, &step->settings, indent);
			continue;
		}
		gv_buf_format(out, "%s%s: ", indent,
		              step->action == GV_GPUPV_ADD ? "add an adapter"
		                                           : "remove an adapter");
		if (step->action == GV_GPUPV_REMOVE && step->path == NULL)
			show(out, step->id);
		else
			add_gpu(out, state, step->path);
		gv_buf_char(out, '\n');
	}
}

static const char head[] =
	"# GPU-PV of one virtual machine: made by \"gpuvirt gpupv script\".\n"
	"# To be run on its host by an administrator, while the machine is off:\n"
	"#     powershell -NoProfile -ExecutionPolicy Bypass -File SCRIPT.ps1\n"
	"# Which machine, and what is set, is base64 of JSON. To read it, behind the first line:\n"
	"#     [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($env:GPUVIRT_REQUEST))\n"
	"# The answer, JSON too, tells in \"error\" what failed; steps before it are done then.\n";

/* Sets the variable NAME to base64 of VALUE, in which there is nothing to be quoted. */
static void add_variable(struct gv_buf *out, const char *name, struct gv_span value)
{
	gv_buf_format(out, "$env:%s = '", name);
	gv_base64_add(out, value);
	gv_buf_text(out, "'\n");
}

static size_t make_steps(struct gv_gpupv_step steps[3], const struct gv_script *script)
{
	const struct gv_gpupv_step set = {.action = GV_GPUPV_SET, .settings = script->settings};
	const struct gv_gpupv_step clear = {.action = GV_GPUPV_REMOVE};
	const struct gv_gpupv_step add = {.action = GV_GPUPV_ADD, .path = script->gpu};
	if (!script->on) {
		steps[0] = clear;
		return 1;
	}
	steps[0] = set;
	steps[1] = clear;
	steps[2] = add;
	return 3;
}

enum gv_status gv_spell_script(struct gv_buf *out, const struct gv_script *script,
                               struct gv_error *err)
{
	struct gv_buf request = {0};
	struct gv_gpupv_step steps[3];
	size_t count = make_steps(steps, script);
	enum gv_status status =
		gv_request_apply(&request, script->target, script->computer, steps, count, err);
	if (status == GV_OK) {
		gv_buf_text(out, head);
		add_variable(out, "GPUVIRT_REQUEST", gv_buf_span(&request));
		add_variable(out, "GPUVIRT_COMPUTER", gv_span_of(script->computer));
		gv_buf_text(out, "$env:GPUVIRT_SECONDS = '600'\n");
		gv_buf_text(out, gv_powershell_script(GV_PS_APPLY));
		if (out->failed)
			status = gv_fail_memory(err);
	}
	gv_buf_dispose(&request);
	return status;
}
