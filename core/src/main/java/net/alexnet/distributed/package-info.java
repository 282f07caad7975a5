/// Training on several ranks: processes, each with a device of its own, that train one network together. Every rank computes the
/// gradients of its part of a batch, and all add up the same sums.
@NullMarked
package net.alexnet.distributed;

import org.jspecify.annotations.NullMarked;
