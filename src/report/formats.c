#include "report/formats.h"

#include <string.h>

/* clang-format off */
static const struct gv_format formats[] = {
	{"json", "one JSON object, docs/json.md", true,
		report_json_begin, report_json_file, ",\n", report_json_end},
	{"jsonl", "the same, one JSON object a line", true,
		report_jsonl_begin, report_jsonl_file, "", report_jsonl_end},
	{"sarif", "SARIF 2.1.0, for code scanning and editors", true,
		report_sarif_begin, report_sarif_file, ",\n", report_sarif_end},
	{"junit", "JUnit XML, for Jenkins and other CI systems", false,
		report_junit_begin, report_junit_file, "", report_junit_end},
	{"github", "annotations of GitHub Actions", false,
		report_github_begin, report_github_file, "", report_github_end},
	{"gitlab", "Code Quality of GitLab", true,
		report_gitlab_begin, report_gitlab_file, ",\n", report_gitlab_end},
};
/* clang-format on */

enum { FORMATS = sizeof formats / sizeof *formats };

const struct gv_format *gv_formats(size_t *count)
{
	*count = FORMATS;
	return formats;
}

const struct gv_format *gv_format_find(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}
