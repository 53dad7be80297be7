#pragma once

#include "base/random.hpp"
#include "local/model/sns.hpp"
#include "local/wire/call.hpp"

namespace sluice::local {

/// Answers CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes and Publish; refuses the rest
/// by name. `form` is from query_form.
net::Response answer_sns(Sns& sns, Random& random, Call const& call, net::Pairs const& form);

inline constexpr std::string_view sns_name_space = "http://sns.amazonaws.com/doc/2010-03-31/";

}  // namespace sluice::local
