/// Random draws as functions of what they are for, never of when they are made.
@NullMarked
package net.alexnet.util;

import org.jspecify.annotations.NullMarked;
