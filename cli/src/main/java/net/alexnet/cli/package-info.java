/// The program: one class per command, the messages, the progress, the figures. The only place that prints.
///
/// A command gives an exit code and never ends the JVM, so that tests call it as a user does: 0 done, 1 failed, 2 misuse.
@NullMarked
package net.alexnet.cli;

import org.jspecify.annotations.NullMarked;
