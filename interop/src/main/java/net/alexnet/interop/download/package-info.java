/// Large published files fetched over HTTP: resumed, bounded, checked by their hash, whole or not there.
@NullMarked
package net.alexnet.interop.download;

import org.jspecify.annotations.NullMarked;
