/// The program: a class for each command, and how it reports progress, results and errors. Only this package prints.
///
/// A command returns an exit code and never ends the JVM, so that tests can call it: 0 done, 1 failed, 2 wrong use.
@NullMarked
package net.alexnet.cli;

import org.jspecify.annotations.NullMarked;
