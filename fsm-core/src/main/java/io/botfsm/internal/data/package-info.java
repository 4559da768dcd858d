/** The map that holds data entries, and what the codecs for all versions of Jackson have in common. */
@NullMarked
package io.botfsm.internal.data;

import org.jspecify.annotations.NullMarked;
