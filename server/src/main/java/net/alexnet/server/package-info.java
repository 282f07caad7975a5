/// What the service and the page share: an HTTP server, and who may talk to it.
@NullMarked
package net.alexnet.server;

import org.jspecify.annotations.NullMarked;
