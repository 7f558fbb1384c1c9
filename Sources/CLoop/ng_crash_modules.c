#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "ng_crash_private.h"

/// The last of them is what is not used yet. A report that comes while one is being added sees it
/// or not.
static ng_module modules[NG_MODULE_COUNT_MAX];
static atomic_int module_count;

static bool is_known(uintptr_t base, uintptr_t end) {
  int count = atomic_load(&module_count);
  for (int index = 0; index < count; index++) {
    if (modules[index].base == base && modules[index].end == end) {
      return true;
    }
  }
  return false;
}

/// The last part of a path, with what could be taken for the end of a word or string replaced.
static void copy_name(char *to, size_t size, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *from = slash == NULL ? path : slash + 1;
  size_t length = 0;
  for (; from[length] != '\0' && length + 1 < size; length++) {
    char byte = from[length];
    bool is_plain = byte > ' ' && byte < 0x7f && byte != '"' && byte != '\\';
    to[length] = is_plain ? byte : '?';
  }
  to[length] = '\0';
}

/// Of the notes in one segment, that which the linker has named the program by.
static void read_build_id(ng_module *module, const uint8_t *notes, size_t size) {
  size_t place = 0;
  while (size - place >= sizeof(ElfW(Nhdr))) {
    const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + place);
    size_t name_size = (note->n_namesz + 3u) & ~(size_t)3u;
    size_t content_size = (note->n_descsz + 3u) & ~(size_t)3u;
    place += sizeof *note;
    if (name_size > size - place || content_size > size - place - name_size) {
      return;
    }
    const uint8_t *content = notes + place + name_size;
    if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
        memcmp(notes + place, "GNU", 4) == 0) {
      size_t count = note->n_descsz < NG_BUILD_ID_SIZE_MAX ? note->n_descsz : NG_BUILD_ID_SIZE_MAX;
      for (size_t index = 0; index < count; index++) {
        snprintf(module->build_id + 2 * index, 3, "%02x", content[index]);
      }
      return;
    }
    place += name_size + content_size;
  }
}

static int note_module(struct dl_phdr_info *found, size_t size, void *context) {
  (void)size;
  int count = atomic_load(&module_count);
  if (count >= NG_MODULE_COUNT_MAX) {
    return 1;
  }
  ng_module module = {.base = found->dlpi_addr};
  for (int index = 0; index < found->dlpi_phnum; index++) {
    const ElfW(Phdr) *part = &found->dlpi_phdr[index];
    uintptr_t start = found->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_LOAD) {
      module.start = module.start == 0 || start < module.start ? start : module.start;
      uintptr_t end = start + part->p_memsz;
      module.end = end > module.end ? end : module.end;
    } else if (part->p_type == PT_NOTE && module.build_id[0] == '\0') {
      read_build_id(&module, (const uint8_t *)start, part->p_memsz);
    }
  }
  if (module.end == 0 || is_known(module.base, module.end)) {
    return 0;
  }
  // The program itself has no name, and is the first.
  copy_name(module.name, sizeof module.name, count == 0 ? context : found->dlpi_name);
  modules[count] = module;
  atomic_store(&module_count, count + 1);
  return 0;
}

void ng_crash_note_modules(void) { dl_iterate_phdr(note_module, "notes-gateway"); }

const ng_module *ng_crash_module(uintptr_t address) {
  int count = atomic_load(&module_count);
  for (int index = 0; index < count; index++) {
    if (address >= modules[index].start && address < modules[index].end) {
      return &modules[index];
    }
  }
  return NULL;
}

const ng_module *ng_crash_program(void) { return &modules[0]; }
