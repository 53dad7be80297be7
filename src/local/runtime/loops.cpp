#include "local/runtime/loops.hpp"

#include <fstream>
#include <string_view>

extern "C" {
extern char const sluice_loop_node[];
extern char const sluice_loop_python[];
}

namespace sluice::local {
namespace {

Result<void> write_file(std::filesystem::path const& path, std::string_view content) {
  // Under another name first: a process that starts at this moment reads the old one or the new
  // one.
  std::filesystem::path fresh = path;
  fresh += ".new";
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(fresh, path, error);
  if (file && !error) return {};
  return fail(ErrorCode::unavailable, "cannot write " + path.string(),
              "Check the folder's owner and the free space.");
}

}  // namespace

Result<void> write_loops(std::filesystem::path const& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::unavailable,
                "cannot make the folder " + folder.string() + ": " + error.message());
  Result<void> node = write_file(folder / "node.mjs", sluice_loop_node);
  return node ? write_file(folder / "python.py", sluice_loop_python) : node;
}

}  // namespace sluice::local
