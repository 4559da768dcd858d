/** Rules of the modules' structure, checked on their compiled classes. */
@NullMarked
package io.botfsm.integration.architecture;

import org.jspecify.annotations.NullMarked;
