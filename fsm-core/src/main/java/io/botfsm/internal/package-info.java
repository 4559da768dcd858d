/** What both packages of this module need and nobody outside may use. */
@NullMarked
package io.botfsm.internal;

import org.jspecify.annotations.NullMarked;
