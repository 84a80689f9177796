// OneMore: counts what is under way, so that it can be bounded.
#pragma once

namespace prospectd::service {

/// Counts one as long as it lives. The count outlives it; on one thread.
class OneMore {
 public:
  explicit OneMore(int& count) : count_(count) { ++count_; }
  ~OneMore() { --count_; }
  OneMore(const OneMore&) = delete;
  OneMore& operator=(const OneMore&) = delete;

 private:
  int& count_;
};

}  // namespace prospectd::service
