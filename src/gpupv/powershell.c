#include "gpupv/powershell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/charset.h"
#include "base/json.h"
#include "gpupv/scripts.h"
#include "platform/os.h"
#include "platform/run.h"

enum {
	REQUEST_LIMIT =
		24000, /* as base64 below the 32,767 characters Windows lets a variable have */
	OUTPUT_LIMIT = 16 << 20, /* bytes; a virtual machine is about one kilobyte */
	QUOTE_LIMIT = 200,       /* bytes of what PowerShell complained of */
};

/* Around the answer, whatever else is printed; the scripts write < and > of a text as \uNNNN. */
static const struct gv_span mark_begin = {"<<<gpuvirt:", 11};
static const struct gv_span mark_end = {":gpuvirt>>>", 11};

static const char advice[] =
	"install one, name one with --powershell PROGRAM, or let 'gpuvirt gpupv script' print the steps "
	"and run them on the host";

/*
 * Where which PowerShell is looked for, first to last. Windows PowerShell 5.1 is on every Windows
 * (hyperv facts 6); by its full path, since Windows looks into the working directory first.
 */
static const struct {
	enum gv_os_windows where;
	const char *program;
} programs[] = {
	{GV_OS_WINDOWS_ITSELF, "%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"},
	{GV_OS_WINDOWS_OF_WSL, "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe"},
	{GV_OS_WINDOWS_OF_WSL, "powershell.exe"},
	{GV_OS_NO_WINDOWS, "pwsh"},
};

enum { PROGRAM_COUNT = sizeof programs / sizeof *programs };

/* What one run needs, as texts. */
struct call {
	struct gv_buf command; /* the script, base64 of UTF-16LE */
	struct gv_buf request; /* these four as "NAME=VALUE" */
	struct gv_buf computer;
	struct gv_buf seconds;
	struct gv_buf exported;
	unsigned limit; /* seconds */
};

static void dispose_call(struct call *call)
{
	gv_buf_dispose(&call->command);
	gv_buf_dispose(&call->request);
	gv_buf_dispose(&call->computer);
	gv_buf_dispose(&call->seconds);
	gv_buf_dispose(&call->exported);
}

const char *gv_powershell_script(enum gv_ps_script script)
{
	return gpupv_scripts[script].text.at;
}

/* What -EncodedCommand takes: base64 of UTF-16LE. TEXT is ASCII. */
static void add_encoded_command(struct gv_buf *out, struct gv_span text)
{
	struct gv_buf wide = {0};
	for (size_t i = 0; i < text.len; i++) {
		gv_buf_char(&wide, text.at[i]);
		gv_buf_char(&wide, '\0');
	}
	gv_base64_add(out, gv_buf_span(&wide));
	out->failed |= wide.failed;
	gv_buf_dispose(&wide);
}

/* From WSL only what WSLENV names reaches Windows; /w: in this direction alone. */
static void add_exported(struct gv_buf *out)
{
	const char *before = getenv("WSLENV");
	gv_buf_text(out, "WSLENV=");
	if (before != NULL && *before != '\0')
		gv_buf_format(out, "%s:", before);
	gv_buf_text(out, "GPUVIRT_REQUEST/w:GPUVIRT_COMPUTER/w:GPUVIRT_SECONDS/w");
}

static enum gv_status make_call(struct call *call, const struct gv_powershell *powershell,
                                enum gv_ps_script script, struct gv_span request,
                                struct gv_error *err)
{
	call->limit = powershell->seconds == 0 ? GV_PS_SECONDS : powershell->seconds;
	add_encoded_command(&call->command, gpupv_scripts[script].text);
	gv_buf_text(&call->request, "GPUVIRT_REQUEST=");
	gv_base64_add(&call->request, request);
	gv_buf_text(&call->computer, "GPUVIRT_COMPUTER=");
	gv_base64_add(&call->computer, gv_span_of(powershell->computer));
	/* The script begins no step when little is left, so that none is cut in two. */
	gv_buf_format(&call->seconds, "GPUVIRT_SECONDS=%u", call->limit - call->limit / 4);
	add_exported(&call->exported);
	bool failed = call->command.failed || call->request.failed || call->computer.failed ||
	              call->seconds.failed || call->exported.failed;
	return failed ? gv_fail_memory(err) : GV_OK;
}

/* Appends PROGRAM with Windows' own folder for its name. */
static void add_program(struct gv_buf *out, const char *program)
{
	static const char folder[] = "%SystemRoot%";
	if (strncmp(program, folder, sizeof folder - 1) == 0) {
		const char *root = getenv("SystemRoot");
		gv_buf_text(out, root == NULL ? "C:\\Windows" : root);
		program += sizeof folder - 1;
	}
	gv_buf_text(out, program);
}

/* Runs PROGRAM; returns 0 or an errno. */
static int run_program(struct gv_run *run, const char *program, const struct call *call)
{
	const char *const argv[] = {
		program,           "-NoLogo",        "-NoProfile", "-NonInteractive",
		"-EncodedCommand", call->command.at, NULL};
	const char *const settings[] = {call->request.at,
	                                call->computer.at,
	                                call->seconds.at,
	                                call->exported.at,
	                                "NO_COLOR=1",
	                                "POWERSHELL_TELEMETRY_OPTOUT=1",
	                                "POWERSHELL_UPDATECHECK=Off",
	                                NULL};
	uint64_t milliseconds = (uint64_t)call->limit * 1000;
	const struct gv_run_order order = {
		.argv = argv,
		.settings = settings,
		.limit = OUTPUT_LIMIT,
		.milliseconds = milliseconds > INT32_MAX ? INT32_MAX : (unsigned)milliseconds,
	};
	gv_run_dispose(run);
	return gv_run_order(run, &order);
}

/* Runs the first PowerShell there is; PROGRAM says which, or what was looked for. */
static int run_found(struct gv_run *run, struct gv_buf *program, const struct call *call)
{
	enum gv_os_windows here = gv_os_windows();
	int code = ENOENT;
	for (size_t i = 0; i < PROGRAM_COUNT && code == ENOENT; i++) {
		if (programs[i].where != here)
			continue;
		program->len = 0;
		add_program(program, programs[i].program);
		code = program->failed ? ENOMEM : run_program(run, program->at, call);
	}
	return code;
}

static enum gv_status run_call(struct gv_run *run, struct gv_buf *program, const struct call *call,
                               const char *wanted, struct gv_error *err)
{
	int code;
	if (wanted == NULL) {
		code = run_found(run, program, call);
	} else {
		gv_buf_text(program, wanted);
		code = program->failed ? ENOMEM : run_program(run, wanted, call);
	}
	if (code == 0)
		return GV_OK;
	if (code == ENOMEM)
		return gv_fail_memory(err);
	if (code == ENOENT)
		return gv_fail(err, GV_ENOENT, "no PowerShell found (%s): %s", program->at, advice);
	if (code == ETIMEDOUT)
		return gv_fail(err, GV_ESYSTEM, "%s was ended: no answer within %u second%s",
		               program->at, call->limit, call->limit == 1 ? "" : "s");
	if (code == EFBIG)
		return gv_fail(err, GV_ESYSTEM, "%s was ended: it printed more than %d bytes",
		               program->at, OUTPUT_LIMIT);
	return gv_fail_system(err, code, "cannot run %s", program->at);
}

/* The bytes of TEXT from the last MARK on, without it; .at is NULL when it is not there. */
static struct gv_span behind_last(struct gv_span text, struct gv_span mark)
{
	for (size_t at = text.len; at >= mark.len; at--) {
		if (memcmp(text.at + at - mark.len, mark.at, mark.len) == 0)
			return gv_span_part(text, at, text.len);
	}
	return (struct gv_span){0};
}

/* The bytes of TEXT before the first MARK; .at is NULL when it is not there. */
static struct gv_span before_first(struct gv_span text, struct gv_span mark)
{
	for (size_t at = 0; at + mark.len <= text.len; at++) {
		if (memcmp(text.at + at, mark.at, mark.len) == 0)
			return gv_span_part(text, 0, at);
	}
	return (struct gv_span){0};
}

/* The first line of TEXT that says something. */
static struct gv_span first_line(struct gv_span text)
{
	size_t from = 0;
	while (from < text.len && strchr(" \t\r\n", text.at[from]) != NULL)
		from++;
	size_t to = from;
	while (to < text.len && text.at[to] != '\r' && text.at[to] != '\n')
		to++;
	return gv_span_part(text, from, to);
}

/* What is to be shown of a standard error: the first error where Windows PowerShell wrote XML. */
static struct gv_span complaint(struct gv_span text)
{
	const struct gv_span error = GV_LITERAL("<S S=\"Error\">");
	if (before_first(text, GV_LITERAL("#< CLIXML")).at == NULL)
		return first_line(text);
	struct gv_span before = before_first(text, error);
	if (before.at == NULL)
		return (struct gv_span){0};
	struct gv_span rest = gv_span_part(text, before.len + error.len, text.len);
	struct gv_span whole = before_first(rest, GV_LITERAL("_x000D_"));
	if (whole.at == NULL)
		whole = before_first(rest, GV_LITERAL("</S>"));
	return whole.at == NULL ? rest : whole;
}

static enum gv_status fail_mute(const struct gv_run *run, const char *program, struct gv_error *err)
{
	struct gv_buf shown = {0};
	struct gv_span said = complaint(gv_span_of(run->err));
	gv_charset_show_short(&shown, NULL, said, QUOTE_LIMIT);
	enum gv_status status = gv_fail(
		err, GV_EPARSE, "%s gave no answer (exit status %d): %s", program, run->status,
		shown.len > 0 ? shown.at : "it said nothing; is it a PowerShell?");
	gv_buf_dispose(&shown);
	return status;
}

static enum gv_status take_answer(struct gv_buf *answer, const struct gv_run *run,
                                  const char *program, struct gv_error *err)
{
	struct gv_span text = behind_last((struct gv_span){run->out, run->out_size}, mark_begin);
	if (text.at == NULL)
		return fail_mute(run, program, err);
	text = before_first(text, mark_end);
	if (text.at == NULL)
		return gv_fail(err, GV_EPARSE, "the answer of %s is cut off", program);
	struct gv_json *json = NULL;
	struct gv_error why = {0};
	enum gv_status status = gv_json_parse(&json, text, &why);
	gv_json_free(json);
	if (status == GV_ENOMEM)
		return gv_fail_memory(err);
	if (status != GV_OK)
		return gv_fail(err, GV_EPARSE, "the answer of %s is no JSON: column %u: %s",
		               program, why.column, why.message);
	gv_buf_add(answer, text);
	return answer->failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status check_request(const struct gv_powershell *powershell, struct gv_span request,
                                    struct gv_error *err)
{
	if (powershell->program != NULL && *powershell->program == '\0')
		return gv_fail(err, GV_EINVAL, "the PowerShell to run has an empty name");
	if (powershell->computer != NULL && *powershell->computer == '\0')
		return gv_fail(err, GV_EINVAL, "the host to ask has an empty name");
	if (request.len > REQUEST_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "more than %d bytes to tell PowerShell",
		               REQUEST_LIMIT);
	return GV_OK;
}

enum gv_status gv_powershell_run(struct gv_buf *answer, const struct gv_powershell *powershell,
                                 enum gv_ps_script script, struct gv_span request,
                                 struct gv_error *err)
{
	struct call call = {0};
	struct gv_buf program = {0};
	struct gv_run run = {0};
	enum gv_status status = check_request(powershell, request, err);
	if (status == GV_OK)
		status = make_call(&call, powershell, script, request, err);
	if (status == GV_OK)
		status = run_call(&run, &program, &call, powershell->program, err);
	if (status == GV_OK)
		status = take_answer(answer, &run, program.at, err);
	gv_run_dispose(&run);
	gv_buf_dispose(&program);
	dispose_call(&call);
	return status;
}
