# Letters about acting for a merchant.

member-invited =
    .subject = Le invitan al panel de { $shop }
    .title = Le invitan al panel de un comercio
    .lead = Alguien que lleva el comercio «{ $shop }» le invita a actuar en su nombre. El botón lleva a una página para aceptar; funciona una sola vez, hasta el { $until }. Necesita una cuenta con esta dirección de correo.
    .next = Si no conoce el comercio, ignore este mensaje: no pasa nada.

member-added =
    .subject = Ahora actúa en nombre de { $shop }
    .title = Ahora actúa en nombre de un comercio
    .lead = Su cuenta ya puede abrir el panel del comercio «{ $shop }».
    .next = Si no lo esperaba, deje el comercio en su página de miembros.

member-changed =
    .subject = Sus permisos en { $shop } han cambiado
    .title = Sus permisos han cambiado
    .lead = Ha cambiado lo que su cuenta puede hacer en nombre del comercio «{ $shop }». El panel muestra lo que puede hacer ahora.
    .next = Si tiene preguntas, diríjase a quien lleva los miembros del comercio.

member-removed =
    .subject = Ya no actúa en nombre de { $shop }
    .title = Ya no actúa en nombre de este comercio
    .lead = Su cuenta ya no puede abrir el panel del comercio «{ $shop }».
    .next = Si tiene preguntas, diríjase a quien lleva los miembros del comercio.
