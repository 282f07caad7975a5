/// Files that are whole or not there: written beside their place, forced to the disk, moved.
@NullMarked
package net.alexnet.files;

import org.jspecify.annotations.NullMarked;
