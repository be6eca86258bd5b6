// A list whose links lie in its elements: entering, leaving and asking cost a few moves and
// allocate nothing.
//
//   enum class On { ready, starved };
//   class Connection : public ListNode<On::ready>, public ListNode<On::starved> { ... };
//   List<Connection, On::ready> ready;
//
// An element is on at most one list of each tag, and has left it before it dies.
#pragma once

#include "weir/base/assert.h"

namespace weir {

template <class T, auto Tag>
class List;

template <auto Tag>
class ListNode {
 public:
  ListNode() = default;
  ListNode(ListNode const&) = delete;
  ListNode& operator=(ListNode const&) = delete;

 protected:
  ~ListNode() { WEIR_ASSERT(next_ == nullptr || next_ == this); }

 private:
  template <class T, auto OfTag>
  friend class List;

  ListNode* previous_ = nullptr;
  ListNode* next_ = nullptr;  // null: on no list
};

template <class T, auto Tag>
class List {
 public:
  List() { end_.previous_ = end_.next_ = &end_; }
  List(List const&) = delete;
  List& operator=(List const&) = delete;

  bool empty() const { return end_.next_ == &end_; }
  T* front() const { return empty() ? nullptr : &element(*end_.next_); }
  // The element behind `of`, or null.
  T* next(T& of) const {
    Node* const node = static_cast<Node&>(of).next_;
    return node == &end_ ? nullptr : &element(*node);
  }

  // On some list of this tag.
  static bool listed(T const& what) { return static_cast<Node const&>(what).next_ != nullptr; }

  // Unless it is listed already.
  void push_back(T& what) {
    Node& node = what;
    if (node.next_ != nullptr) return;
    node.previous_ = end_.previous_;
    node.next_ = &end_;
    end_.previous_->next_ = &node;
    end_.previous_ = &node;
  }

  // If it is listed.
  static void remove(T& what) {
    Node& node = what;
    if (node.next_ == nullptr) return;
    node.previous_->next_ = node.next_;
    node.next_->previous_ = node.previous_;
    node.previous_ = node.next_ = nullptr;
  }

  // Moves all of `other` here, behind what is here.
  void take(List& other) {
    if (other.empty()) return;
    end_.previous_->next_ = other.end_.next_;
    other.end_.next_->previous_ = end_.previous_;
    end_.previous_ = other.end_.previous_;
    end_.previous_->next_ = &end_;
    other.end_.previous_ = other.end_.next_ = &other.end_;
  }

  // Null when empty.
  T* pop_front() {
    T* const first = front();
    if (first != nullptr) remove(*first);
    return first;
  }

 private:
  using Node = ListNode<Tag>;
  struct End : Node {};

  static T& element(Node& node) { return static_cast<T&>(node); }

  End end_;
};

}  // namespace weir
