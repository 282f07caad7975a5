/// A network with what a consumer must know to use it: its class names in order, how it wants its pictures, where it comes
/// from.
@NullMarked
package net.alexnet.model;

import org.jspecify.annotations.NullMarked;
