#include "aws/assume_role.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "base/strings.hpp"

namespace sluice::aws {
namespace {

/// Credentials this close to their end are not handed out: the request has to arrive before it.
constexpr Duration safety_margin = std::chrono::seconds(30);
/// After a failed early refresh the valid credentials are used this long before the next try.
constexpr Duration pause_after_failure = std::chrono::seconds(30);

class AssumeRoleProvider final : public Provider {
 public:
  AssumeRoleProvider(Caller base, std::string region, RoleRequest request, std::string description)
      : base_(std::move(base)),
        region_(std::move(region)),
        request_(std::move(request)),
        description_(std::move(description)) {}

  Result<Credentials> get(std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    for (;;) {
      Time now = base_.ports().clock.now();
      bool usable = held_ && now + safety_margin < *held_->expiry;
      if (usable && (fetching_ || now < refresh_at_)) return *held_;
      if (!fetching_) return fetch(lock, usable, stop);
      if (!fetched_.wait(lock, stop, [&] { return !fetching_; }))
        return fail(ErrorCode::cancelled, "stopped while waiting for " + description_);
    }
  }

  bool invalidate(Credentials const& refused) override {
    std::lock_guard lock(mutex_);
    // Somebody else may have fetched new ones already.
    if (held_ && held_->access_key_id == refused.access_key_id) held_.reset();
    return true;
  }

  std::string description() const override { return description_; }

 private:
  /// `lock` is held on entry and exit, not while AWS is asked.
  Result<Credentials> fetch(std::unique_lock<std::mutex>& lock, bool usable, std::stop_token stop) {
    fetching_ = true;
    lock.unlock();
    Caller caller = base_.with(std::move(stop));
    Answer<AssumedRole> answer = Sts(caller, region_).assume_role(request_);
    Time now = base_.ports().clock.now();
    lock.lock();
    fetching_ = false;
    fetched_.notify_all();
    if (answer) {
      held_ = std::move(answer->credentials);
      refresh_at_ = now + (*held_->expiry - now) / 2;
      return *held_;
    }
    if (usable && held_) {
      refresh_at_ = now + pause_after_failure;
      return *held_;
    }
    return std::unexpected(answer.error().error());
  }

  Caller const base_;
  std::string const region_;
  RoleRequest const request_;
  std::string const description_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any fetched_;
  bool fetching_ = false;
  std::optional<Credentials> held_;
  Time refresh_at_;
};

bool made_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || others.contains(static_cast<char>(c));
  });
}

Result<void> check(RoleRequest const& request) {
  auto refuse = [&](std::string const& what, std::string const& hint) {
    return fail(ErrorCode::invalid_input, "role " + printable(request.role_arn) + ": " + what,
                hint);
  };
  std::vector<std::string> parts = split(request.role_arn, ':');
  bool is_role = parts.size() == 6 && parts[0] == "arn" && parts[2] == "iam" &&
                 parts[4].size() == 12 && parts[5].starts_with("role/");
  if (!is_role)
    return refuse("this is no ARN of a role", "Write it as arn:aws:iam::123456789012:role/NAME.");
  std::string const& name = request.session_name;
  if (name.size() < 2 || name.size() > 64 || !made_of(name, "_+=,.@-"))
    return refuse("the session name '" + printable(name) + "' is not possible",
                  "Use 2 to 64 letters, digits and _+=,.@- for role_session_name.");
  std::string const& id = request.external_id;
  if (!id.empty() && (id.size() < 2 || id.size() > 1224 || !made_of(id, "_+=,.@:/-")))
    return refuse("the external id is not possible",
                  "Use 2 to 1224 letters, digits and _+=,.@:/- for external_id.");
  if (request.duration && (request.duration->count() < 900 || request.duration->count() > 43'200))
    return refuse(
        "a session of " + std::to_string(request.duration->count()) + " seconds is not possible",
        "Set duration_seconds between 900 and 43200.");
  return {};
}

}  // namespace

Result<std::shared_ptr<Provider>> assume_role_provider(Caller base, std::string region,
                                                       RoleRequest request,
                                                       std::string description) {
  if (request.session_name.empty()) request.session_name = "sluice";
  if (auto checked = check(request); !checked) return std::unexpected(checked.error());
  return std::make_shared<AssumeRoleProvider>(std::move(base), std::move(region),
                                              std::move(request), std::move(description));
}

}  // namespace sluice::aws
