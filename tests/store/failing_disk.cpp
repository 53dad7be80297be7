#include "failing_disk.hpp"

#include <sqlite3.h>

#include <cstring>
#include <new>

namespace sluice::store {
namespace {

std::atomic<int> syncs_to_fail = 0;
std::atomic<bool> is_full = false;

/// SQLite allocates the layer's file with the room of the real one behind it.
struct LayerFile {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LayerFile* layer(sqlite3_file* file) { return reinterpret_cast<LayerFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return layer(file)->real(); }
sqlite3_vfs* real(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int write(sqlite3_file* file, void const* data, int size, sqlite3_int64 offset) {
  if (is_full) return SQLITE_FULL;
  return real(file)->pMethods->xWrite(real(file), data, size, offset);
}

int sync(sqlite3_file* file, int flags) {
  if (syncs_to_fail > 0) {
    --syncs_to_fail;
    return SQLITE_IOERR_FSYNC;
  }
  return real(file)->pMethods->xSync(real(file), flags);
}

/// Version 1: no shared memory, no mapping; an exclusive connection needs neither.
sqlite3_io_methods const methods = {
    .iVersion = 1,
    .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* data, int size,
                sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), data, size, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* out) { return real(f)->pMethods->xFileSize(real(f), out); },
    .xLock = [](sqlite3_file* f, int kind) { return real(f)->pMethods->xLock(real(f), kind); },
    .xUnlock = [](sqlite3_file* f, int kind) { return real(f)->pMethods->xUnlock(real(f), kind); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          return real(f)->pMethods->xCheckReservedLock(real(f), out);
        },
    .xFileControl = [](sqlite3_file* f, int op,
                       void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
};

int open(sqlite3_vfs* vfs, char const* name, sqlite3_file* file, int flags, int* out_flags) {
  int rc = real(vfs)->xOpen(real(vfs), name, real(file), flags, out_flags);
  file->pMethods = real(file)->pMethods != nullptr ? &methods : nullptr;
  return rc;
}

sqlite3_vfs the_layer;

}  // namespace

FailingDisk::FailingDisk() {
  auto* below = sqlite3_vfs_find(nullptr);
  the_layer = *below;
  the_layer.zName = "failing-disk";
  the_layer.pNext = nullptr;
  the_layer.pAppData = below;
  the_layer.szOsFile = static_cast<int>(sizeof(LayerFile)) + below->szOsFile;
  the_layer.xOpen = open;
  // The unix layer keeps its own data in pAppData: these calls must reach it as itself.
  the_layer.xDelete = [](sqlite3_vfs* v, char const* name, int sync_folder) {
    return real(v)->xDelete(real(v), name, sync_folder);
  };
  the_layer.xAccess = [](sqlite3_vfs* v, char const* name, int flags, int* out) {
    return real(v)->xAccess(real(v), name, flags, out);
  };
  the_layer.xFullPathname = [](sqlite3_vfs* v, char const* name, int size, char* out) {
    return real(v)->xFullPathname(real(v), name, size, out);
  };
  sqlite3_vfs_register(&the_layer, 1);
}

FailingDisk::~FailingDisk() {
  fail_syncs(0);
  set_full(false);
  sqlite3_vfs_unregister(&the_layer);
  sqlite3_vfs_register(real(&the_layer), 1);
}

void FailingDisk::fail_syncs(int times) { syncs_to_fail = times; }
void FailingDisk::set_full(bool full) { is_full = full; }

}  // namespace sluice::store
