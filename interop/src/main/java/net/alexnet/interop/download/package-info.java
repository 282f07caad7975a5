/// Downloads of published files over HTTP, by the JDK's client.
@NullMarked
package net.alexnet.interop.download;

import org.jspecify.annotations.NullMarked;
