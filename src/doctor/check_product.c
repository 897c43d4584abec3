/* Which VMware product is installed. */
#include "doctor/checks.h"
#include "doctor/lines.h"

/* Keys of /etc/vmware/config that VMware's installer writes, as a log of 7.1.1 shows them. */
static const char *const version_keys[] = {
	"product.version",
	"workstation.product.version",
	"player.product.version",
};

bool checks_module(struct gv_exam *exam, const char *module, enum gv_verdict verdict)
{
	struct gv_span text;
	struct gv_span line;
	struct gv_error why = {0};
	const char *folder = machine_keep(exam->machine, "/sys/module/%s", module);
	enum presence listed = machine_read(exam->machine, "/proc/modules", &text, &why);
	bool found = machine_has(exam->machine, folder, &why) == PRESENT;
	while (listed == PRESENT && !found && lines_next(&text, &line))
		found = gv_span_equal(gv_span_word(&line), gv_span_of(module));
	if (found)
		exam_see(exam, GV_VERDICT_OK, "%s is loaded", module);
	else if (listed == PRESENT)
		exam_see(exam, verdict, "%s is not loaded", module);
	else
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: /proc/modules cannot be read", module);
	return found;
}

static bool show_version(struct gv_exam *exam)
{
	struct gv_span name = GV_LITERAL("VMware");
	struct gv_span version;
	struct gv_span build;
	const char *where = NULL;
	hostfiles_find(&exam->host, exam->machine, "product.name", &name);
	for (size_t i = 0; where == NULL && i < sizeof version_keys / sizeof *version_keys; i++)
		where = hostfiles_find(&exam->host, exam->machine, version_keys[i], &version);
	if (where == NULL)
		return false;
	exam_see(exam, GV_VERDICT_OK, "%.*s %.*s (%s)", lines_width(name), name.at,
	         lines_width(version), version.at, where);
	if (hostfiles_find(&exam->host, exam->machine, "product.buildNumber", &build) != NULL)
		exam_see(exam, GV_VERDICT_OK, "build %.*s", lines_width(build), build.at);
	return true;
}

void check_product(struct gv_exam *exam)
{
	static const char *const traces[] = {
		"/etc/vmware/config",
		"/etc/vmware/bootstrap",
		"/etc/vmware-installer",
		"/ProgramData/VMware/VMware Workstation",
	};
	struct gv_error why = {0};
	if (show_version(exam))
		return;
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
		if (machine_has(exam->machine, traces[i], &why) != PRESENT)
			continue;
		exam_see(exam, GV_VERDICT_UNKNOWN,
		         "%s is there, but nothing tells which version is installed", traces[i]);
		return;
	}
	exam_see(exam, GV_VERDICT_NOTE, "no trace of VMware Workstation or Player");
}

void check_modules(struct gv_exam *exam)
{
	struct gv_error why = {0};
	if (machine_has(exam->machine, "/etc/vmware", &why) == ABSENT) {
		exam_see(exam, GV_VERDICT_SKIPPED, "there is no /etc/vmware, so no VMware either");
		return;
	}
	bool loaded = checks_module(exam, "vmmon", GV_VERDICT_WARNING);
	loaded &= checks_module(exam, "vmnet", GV_VERDICT_WARNING);
	if (!loaded && exam->result->verdict == GV_VERDICT_WARNING)
		exam_advise(exam,
		            "Load them (systemctl start vmware), or build them for this kernel "
		            "(vmware-modconfig --console --install-all).");
}
