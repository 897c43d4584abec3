/*
 * The functions of each format, for the table in formats.c.
 *
 * See gpuvirt/report.h for what they do.
 */
#ifndef GPUVIRT_REPORT_FORMATS_H
#define GPUVIRT_REPORT_FORMATS_H

#include <gpuvirt/report.h>

void report_json_begin(struct gv_buf *out, const struct gv_report *report);
void report_json_file(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_file *file);
void report_json_end(struct gv_buf *out, const struct gv_report *report,
                     const struct gv_report_totals *totals);

void report_jsonl_begin(struct gv_buf *out, const struct gv_report *report);
void report_jsonl_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file);
void report_jsonl_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals);

void report_sarif_begin(struct gv_buf *out, const struct gv_report *report);
void report_sarif_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file);
void report_sarif_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals);

void report_junit_begin(struct gv_buf *out, const struct gv_report *report);
void report_junit_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file);
void report_junit_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals);

void report_github_begin(struct gv_buf *out, const struct gv_report *report);
void report_github_file(struct gv_buf *out, const struct gv_report *report,
                        const struct gv_report_file *file);
void report_github_end(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_totals *totals);

void report_gitlab_begin(struct gv_buf *out, const struct gv_report *report);
void report_gitlab_file(struct gv_buf *out, const struct gv_report *report,
                        const struct gv_report_file *file);
void report_gitlab_end(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_totals *totals);

#endif
