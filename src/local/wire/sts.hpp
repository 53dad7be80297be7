#pragma once

#include "local/model/sts.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {

/// The members of an AWS query request: form body and query string together.
Outcome<net::Pairs> query_form(net::Incoming const& request);

/// Answers GetCallerIdentity and AssumeRole; refuses every other action by name. `form` is from
/// query_form. `ring` receives the keys that are given out.
net::Response answer_sts(Sts& sts, KeyRing& ring, Random& random, Call const& call,
                         net::Pairs const& form);

/// A fault as the query protocol answers it.
net::Response query_fault(Fault const& fault, std::string_view name_space,
                          std::string const& request_id);

inline constexpr std::string_view sts_name_space = "https://sts.amazonaws.com/doc/2011-06-15/";

}  // namespace sluice::local
