/** The first bot to copy: one file. */
@NullMarked
package io.botfsm.examples.hello;

import org.jspecify.annotations.NullMarked;
