/*
 * Windows through PowerShell: a constant script, a request, an answer.
 *
 * Knows which PowerShell to run, how a request reaches a script and where its answer begins and
 * ends; knows nothing about what either says. No text of a request is ever part of a script's text
 * (hyperv facts 6: PowerShell takes typographic quotes for quotes, so no quoting is safe).
 */
#ifndef GPUVIRT_GPUPV_POWERSHELL_H
#define GPUVIRT_GPUPV_POWERSHELL_H

#include <gpuvirt/text.h>

enum gv_ps_script {
	GV_PS_OBSERVE, /* what the host, its GPUs and its virtual machines are; changes nothing */
	GV_PS_APPLY, /* carries out steps on one virtual machine, in order, up to the first failure
	              */
	GV_PS_SCRIPT_COUNT
};

/* How to reach a host. Zero-initialised: this host, by the PowerShell that is found. */
struct gv_powershell {
	const char *program;  /* the PowerShell to run, a path or a name in PATH; NULL: find one */
	const char *computer; /* another host, reached by PowerShell remoting; NULL: this one */
	unsigned seconds;     /* time limit of one run; 0: GV_PS_SECONDS */
};

enum { GV_PS_SECONDS = 120 };

/*
 * Runs SCRIPT with REQUEST, JSON of at most 24,000 bytes, and appends to ANSWER the text of its
 * answer: one JSON value, pure ASCII. What else the program prints is passed over.
 *
 * That a script was stopped by an error of Windows is not a failure here: the answer tells it.
 * Fails with GV_ENOENT when there is no PowerShell, GV_ETOOBIG for a larger request, GV_EINVAL for
 * an empty program or computer, GV_EPARSE when no answer, or no JSON, came out (a PowerShell that
 * prints nothing and succeeds has failed), GV_ESYSTEM also when the time was over or there
 * was no end of output, GV_ENOMEM. The program is not left running.
 * When the run of GV_PS_APPLY fails, some of its steps may be done: observe again.
 * ANSWER is untouched on failure.
 */
enum gv_status gv_powershell_run(struct gv_buf *answer, const struct gv_powershell *powershell,
                                 enum gv_ps_script script, struct gv_span request,
                                 struct gv_error *err);

/* The text of SCRIPT as it is run: ASCII, without comments and indentation; static. */
const char *gv_powershell_script(enum gv_ps_script script);

#endif
