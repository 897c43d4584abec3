/*
 * The functions behind the rows of the table of checks (checks.c), a file for a family.
 *
 * Each looks at one thing and says what it saw. Checks run in the order of the table and may use
 * what struct gv_exam holds, not what another check said.
 */
#ifndef GPUVIRT_DOCTOR_CHECKS_H
#define GPUVIRT_DOCTOR_CHECKS_H

#include "doctor/exam.h"

/* check_place.c */
void check_place(struct gv_exam *exam);
void check_container(struct gv_exam *exam);

/* check_product.c */
void check_product(struct gv_exam *exam);
void check_modules(struct gv_exam *exam);

/* check_hostfiles.c */
void check_host_files(struct gv_exam *exam);
void check_host_keys(struct gv_exam *exam);

/* check_gpus.c */
void check_gpus(struct gv_exam *exam);
void check_nodes(struct gv_exam *exam);
void check_nouveau(struct gv_exam *exam);
void check_hybrid(struct gv_exam *exam);
void check_nvidia(struct gv_exam *exam);

/* check_vulkan.c */
void check_vulkan_drivers(struct gv_exam *exam);
void check_vulkan_support(struct gv_exam *exam);
void check_vulkan_devices(struct gv_exam *exam);

/* check_gl.c */
void check_opengl(struct gv_exam *exam);
void check_guest_opengl(struct gv_exam *exam);
void check_mesa(struct gv_exam *exam);

/* check_session.c */
void check_session(struct gv_exam *exam);
void check_remote(struct gv_exam *exam);
void check_sandbox(struct gv_exam *exam);

/* check_guest.c */
void check_vmwgfx(struct gv_exam *exam);
void check_tools(struct gv_exam *exam);
void check_chromium(struct gv_exam *exam);

/* check_hyperv.c */
void check_vgpu(struct gv_exam *exam);
void check_vgpu_pci(struct gv_exam *exam);
void check_dxgkrnl(struct gv_exam *exam);
void check_dxg(struct gv_exam *exam);
void check_dxg_log(struct gv_exam *exam);
void check_wsl_libraries(struct gv_exam *exam);
void check_wsl_smi(struct gv_exam *exam);
void check_va_api(struct gv_exam *exam);
void check_secure_boot(struct gv_exam *exam);
void check_groups(struct gv_exam *exam);

/* check_wsl.c */
void check_wslconfig(struct gv_exam *exam);
void check_wsl_conf(struct gv_exam *exam);

/* check_windows.c */
void check_adapters(struct gv_exam *exam);
void check_feature_level(struct gv_exam *exam);
void check_hypervisor(struct gv_exam *exam);

/* True when the kernel has MODULE, loaded or built in; noted with VERDICT when not. */
bool checks_module(struct gv_exam *exam, const char *module, enum gv_verdict verdict);

#endif
