// The names of one launch's files in a folder, and what launches that were killed have left there.
#pragma once

#include <string>

#include "drivers/base/files.hpp"

namespace trafficbench {

/// While a launch is under way its files are called trafficbench-io.HOST.PROCESS.NUMBER, with more behind that where
/// there are several, and a file of that name with `lock` in the place of the number is locked. Used by rank 0.
class LaunchFiles {
 public:
  /// Claims names that nobody has, and removes what has such a name, is a plain file of this user, and belongs to a
  /// launch of this host whose lock is free: it was killed. Of other hosts, or where the file system has no locks, that
  /// is not known: such files are named on standard error, in one line. `folder` is what messages call the folder at
  /// `path`. Throws BadInput if it takes no file.
  LaunchFiles(const std::string& path, const std::string& folder, std::string host);
  LaunchFiles(const LaunchFiles&) = delete;
  LaunchFiles& operator=(const LaunchFiles&) = delete;
  ~LaunchFiles();

  /// What the names of its files begin with, the folder's path before that.
  const std::string& stem() const { return stem_; }

  /// The file that is locked: other ranks see it if they see the folder.
  std::string lock_path() const;

  /// Gives the names up. The lock's file goes if all others have, for which it waits a moment: other ranks may still be
  /// at it. Else it stays, for the next launch to see that nobody holds it.
  void leave();

 private:
  std::string stem_;
  Descriptor lock_;
};

/// What a file that stays is called: a name that no launch removes.
std::string kept_name(const std::string& path);

}  // namespace trafficbench
