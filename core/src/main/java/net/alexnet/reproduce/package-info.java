/// The paper's claims, tested by runs of one's own: arms that differ in one thing, several seeds of each, and a verdict from
/// intervals.
@NullMarked
package net.alexnet.reproduce;

import org.jspecify.annotations.NullMarked;
