#include "net/server_feed.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::net {

bool ServerFeed::push(std::string chunk) {
  std::lock_guard lock(mutex_);
  if (closed_ || !connection_) return false;
  if (backlog_.size() - sent_ + chunk.size() > max_feed_backlog) {
    closed_ = dropped_ = true;
    unpark();
    return false;
  }
  backlog_ += chunk;
  if (sent_ < backlog_.size()) unpark();
  return true;
}

void ServerFeed::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  unpark();
}

ssize_t ServerFeed::read(char* buffer, std::size_t size) {
  std::lock_guard lock(mutex_);
  if (dropped_) return MHD_CONTENT_READER_END_WITH_ERROR;
  std::size_t count = std::min(size, backlog_.size() - sent_);
  if (count > 0) {
    std::memcpy(buffer, backlog_.data() + sent_, count);
    sent_ += count;
    // Moving the rest to the front is paid for by as many bytes sent before.
    if (sent_ * 2 >= backlog_.size()) backlog_.erase(0, std::exchange(sent_, 0));
    return static_cast<ssize_t>(count);
  }
  if (closed_ || !connection_) return MHD_CONTENT_READER_END_OF_STREAM;
  MHD_suspend_connection(connection_);
  parked_ = true;
  return 0;
}

void ServerFeed::detach() {
  std::lock_guard lock(mutex_);
  connection_ = nullptr;
  parked_ = false;
}

void ServerFeed::unpark() {
  if (!parked_) return;
  parked_ = false;
  MHD_resume_connection(connection_);
}

}  // namespace sluice::net
