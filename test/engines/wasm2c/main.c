/* The driver without any engine: the modules as wasm2c writes them in C, linked into one program. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver.h"
#include "guardpage.h"
#include "tools.h"

#define FIGURES 160

/* Both modules import the core's memory from "env". */
struct Z_env_instance_t {
  Z_guardpage_instance_t* core;
};

wasm_rt_memory_t* Z_envZ_memory(struct Z_env_instance_t* env) {
  return Z_guardpageZ_memory(env->core);
}

int main(int count, char** arguments) {
  if (count != 5) {
    fprintf(stderr, "driver PROGRAM KIND SEED STEPS\n");
    return 2;
  }
  u32 numbers[4];
  for (int i = 0; i < 4; i++) numbers[i] = (u32)strtoul(arguments[i + 1], NULL, 10);

  wasm_rt_init();
  Z_guardpage_init_module();
  Z_tools_init_module();
  Z_driver_init_module();
  static Z_guardpage_instance_t core;
  static Z_tools_instance_t tools;
  static Z_driver_instance_t driver;
  struct Z_env_instance_t env = {&core};
  Z_guardpage_instantiate(&core);
  Z_tools_instantiate(&tools, &env);
  Z_driver_instantiate(&driver, &env, &core, &tools);

  if (Z_driverZ_begin(&driver, numbers[0], numbers[1], numbers[2]) != 1) {
    fprintf(stderr, "there is no room for a window\n");
    return 1;
  }
  Z_driverZ_run(&driver, numbers[3]);
  for (u32 number = 0; number < FIGURES; number++) {
    printf("%" PRIx64 "\n", Z_driverZ_figure(&driver, number));
  }
  return 0;
}
