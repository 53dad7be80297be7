#pragma once

#include <cstddef>

/// CodeDeploy User Guide, Quotas; each of an account and Region unless said otherwise.
namespace sluice::server::codedeploy::limits {

inline constexpr std::size_t applications = 1000;
inline constexpr std::size_t groups = 1000;        ///< of an application
inline constexpr std::size_t configurations = 50;  ///< that somebody made
inline constexpr std::size_t alarms = 50;          ///< of a group
inline constexpr std::size_t triggers = 10;        ///< of a group
inline constexpr std::size_t batch_of_applications = 100;
inline constexpr std::size_t batch_of_groups = 100;
inline constexpr std::size_t batch_of_revisions = 25;
inline constexpr std::size_t batch_of_instances = 25;

}  // namespace sluice::server::codedeploy::limits
