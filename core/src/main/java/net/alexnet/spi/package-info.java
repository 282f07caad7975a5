/// How a compute engine is found: [net.alexnet.spi.EngineProvider] is what an engine offers,
/// [net.alexnet.spi.Engines] finds one on the class path.
@NullMarked
package net.alexnet.spi;

import org.jspecify.annotations.NullMarked;
