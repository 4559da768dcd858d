/** Rules of the modules' structure, held against their compiled classes. */
@NullMarked
package io.botfsm.integration.architecture;

import org.jspecify.annotations.NullMarked;
