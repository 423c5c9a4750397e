//! A scheme whose text is cut by a layout and whose fields become a hash of a family of real code.
use crate::hash::{
    layout::{Fields, Layout},
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};

/// How the fields become a hash.
pub type Read<H> = fn(&Fields, Stored<'_>, &Site) -> Result<H, ParseError>;

/// One text that applications write a hash in.
pub struct Dialect<H> {
    name: &'static str,
    tell: Tell,
    layout: Layout,
    needs: &'static [&'static str],
    read: Read<H>,
}

impl<H> Dialect<H> {
    /// A dialect; `needs` is what it takes from a column or the site.
    #[must_use]
    pub fn new(name: &'static str, tell: Tell, layout: Layout, needs: &'static [&'static str], read: Read<H>) -> Self {
        Self { name, tell, layout, needs, read }
    }
}

impl<H: Verifier + 'static> Scheme for Dialect<H> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        self.tell
    }

    fn needs(&self) -> Vec<String> {
        self.needs.iter().map(|need| (*need).to_owned()).collect()
    }

    fn parse(&self, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let fields = self.layout.read(stored.hash)?;
        Ok(Box::new((self.read)(&fields, stored, site)?))
    }
}
