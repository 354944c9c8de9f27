/**
 * Stands for `d3-geo` in the built page. Plot names map projections in the module that draws every chart, so they
 * cannot be shaken off, and no chart here is a map: 8 kB gzipped that a phone need not load.
 */
function noMap(): never {
  throw new Error('The page is built without map projections.');
}

/** Plot makes one as it loads; only a projection would call it. */
const noTransform = { stream: noMap };

export const geoTransform = () => noTransform;

export {
  noMap as geoAlbers,
  noMap as geoAlbersUsa,
  noMap as geoAzimuthalEqualArea,
  noMap as geoAzimuthalEquidistant,
  noMap as geoCentroid,
  noMap as geoClipRectangle,
  noMap as geoConicConformal,
  noMap as geoConicEqualArea,
  noMap as geoConicEquidistant,
  noMap as geoEqualEarth,
  noMap as geoEquirectangular,
  noMap as geoGnomonic,
  noMap as geoGraticule10,
  noMap as geoMercator,
  noMap as geoOrthographic,
  noMap as geoPath,
  noMap as geoStereographic,
  noMap as geoStream,
  noMap as geoTransverseMercator,
};
