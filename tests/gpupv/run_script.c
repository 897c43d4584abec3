/*
 * run_script text SCRIPT                  prints a script as it is compiled in
 * run_script run SCRIPT PROGRAM [HOST]    runs it with the request on standard input
 *
 * SCRIPT is "observe" or "apply". Prints the answer, or an error and its status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpupv/powershell.h"

static const char *const names[GV_PS_SCRIPT_COUNT] = {"observe", "apply"};

static int find_script(const char *name)
{
	int found = 0;
	while (found < GV_PS_SCRIPT_COUNT && strcmp(names[found], name) != 0)
		found++;
	return found;
}

static int run(enum gv_ps_script script, const char *program, const char *computer)
{
	static char request[100000];
	size_t size = fread(request, 1, sizeof request, stdin);
	const char *seconds = getenv("SECONDS_LIMIT");
	const struct gv_powershell powershell = {
		.program = program,
		.computer = computer,
		.seconds = seconds == NULL ? 0 : (unsigned)strtoul(seconds, NULL, 10),
	};
	struct gv_buf answer = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_powershell_run(&answer, &powershell, script,
	                                          (struct gv_span){request, size}, &err);
	if (status == GV_OK)
		printf("%s\n", answer.at);
	else
		fprintf(stderr, "%s: %s\n", gv_status_name(status), err.message);
	gv_buf_dispose(&answer);
	return status == GV_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	int script = argc < 3 ? GV_PS_SCRIPT_COUNT : find_script(argv[2]);
	if (script == GV_PS_SCRIPT_COUNT)
		return 2;
	if (argc == 3 && strcmp(argv[1], "text") == 0)
		return fputs(gv_powershell_script((enum gv_ps_script)script), stdout) < 0;
	if (argc < 4 || argc > 5 || strcmp(argv[1], "run") != 0)
		return 2;
	return run((enum gv_ps_script)script, argv[3], argc == 5 ? argv[4] : NULL);
}
