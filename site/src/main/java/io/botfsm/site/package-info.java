/** Renders the Markdown of the repository as a static site. */
@NullMarked
package io.botfsm.site;

import org.jspecify.annotations.NullMarked;
