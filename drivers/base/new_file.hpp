// A file that appears under its name whole, or not at all.
#pragma once

#include <string>
#include <string_view>

#include "drivers/base/files.hpp"

namespace trafficbench {

/// Until it is complete the file has a name of its own in the same folder, `<path>.<host>.<process>.partial`, and a
/// lock. The lock tells others that somebody is writing that file; what was left by a program that was killed has none,
/// and is removed by the next one that writes the same file on the same host. On a file system without locks it is
/// named, never removed. Used by one rank.
class NewFile {
 public:
  /// From here on the name is taken. Throws BadInput if the folder takes no file, or another program is writing this
  /// one. What bears the name already is not looked at: see check_free. `replace`: whether a file that bears it at the
  /// end may go.
  NewFile(std::string path, bool replace);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  /// Removes the file unless it was published.
  ~NewFile();

  const std::string& path() const { return path_; }
  int descriptor() const { return file_.get(); }

  /// What it is called until it is complete.
  const std::string& temporary() const { return temporary_; }

  /// Appends text. Throws WorkFailed.
  void write(std::string_view text);

  /// Waits until all of it is on the disk and gives it its name. Throws WorkFailed; if a file of that name has appeared
  /// meanwhile and stays, this one is kept under a name that the message tells.
  void publish();

 private:
  [[noreturn]] void fail();
  [[noreturn]] void keep_aside();

  std::string path_;
  bool replaces_;
  std::string temporary_;  // empty: there is nothing to remove
  Descriptor file_;
};

/// Writes a whole file. Throws BadInput where its folder takes none, else WorkFailed.
void write_new_file(const std::string& path, bool replace, std::string_view text);

/// Gives a complete file another name. Throws WorkFailed, also where a file of that name exists and is not replaced.
void give_name(const std::string& from, const std::string& to, bool replace);

/// Removes a file that was for a while only; names it on standard error if that fails.
void remove_or_name(const std::string& path);

/// Waits until the name of a new file, too, is on the disk, where the file system can say. Throws WorkFailed.
void sync_folder_of(const std::string& path);

/// Appends all of the text to an open file and waits until it is on the disk. `path` is what messages call the file.
/// Throws WorkFailed.
void append_durably(int file, std::string_view text, const std::string& path);

}  // namespace trafficbench
